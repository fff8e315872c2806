// The program under test.
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');
export const pianola = process.env.PIANOLA ?? join(root, 'build-debug', 'pianola');
