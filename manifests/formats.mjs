// The four formats of manifests: JSON, TOML, YAML, and Markdown with a YAML head. Only what manifests need: strings,
// numbers, booleans, arrays of scalars (in YAML also of objects) and objects, none of them empty.

export const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

// TOML 1.0. A JSON string is a basic string; a text of several lines is a multi-line one.
const tomlText = (value) => `"""\n${value.replaceAll('\\', '\\\\').replaceAll('"""', '""\\"')}"""`;
function tomlValue(value) {
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(', ')}]`;
  return typeof value === 'string' && value.includes('\n') ? tomlText(value) : JSON.stringify(value);
}
export function toml(table, path = []) {
  const entries = Object.entries(table);
  const own = entries.filter(([, value]) => !isObject(value)).map(([key, value]) => `${key} = ${tomlValue(value)}\n`);
  const inner = entries.filter(([, value]) => isObject(value)).map(([key, value]) => toml(value, [...path, key]));
  const head = path.length > 0 && own.length > 0 ? `[${path.join('.')}]\n` : '';
  return [head + own.join(''), ...inner].filter(Boolean).join('\n');
}

// YAML 1.2. A plain scalar only where no reader could take it for anything but that string; a text that ends with a
// line break is a block.
const plain = /^(?!(?:true|false|null|yes|no|on|off)$)[A-Za-z_./][A-Za-z0-9_./ ()-]*(?<! )$/i;
const yamlKey = (name) => (plain.test(name) ? name : JSON.stringify(name));
const indented = (text, indent) => text.replace(/^(?=.)/gm, indent);

function yamlScalar(value, indent) {
  if (typeof value !== 'string') return JSON.stringify(value);
  if (value.endsWith('\n')) return `|\n${indented(value.trimEnd(), indent)}`;
  return plain.test(value) ? value : JSON.stringify(value);
}
function yamlItem(value, indent) {
  const inner = `${indent}  `;
  return `${indent}- ${isObject(value) ? yamlMembers(value, inner).trimStart() : yamlScalar(value, inner)}`;
}
function yamlValue(value, indent) {
  if (Array.isArray(value)) return `\n${value.map((each) => yamlItem(each, indent)).join('\n')}`;
  return isObject(value) ? `\n${yamlMembers(value, indent)}` : ` ${yamlScalar(value, indent)}`;
}
function yamlMembers(object, indent) {
  const member = ([name, value]) => `${indent}${yamlKey(name)}:${yamlValue(value, `${indent}  `)}`;
  return Object.entries(object).map(member).join('\n');
}
export const yaml = (object) => `${yamlMembers(object, '')}\n`;

export const markdown = (head, body) => `---\n${yaml(head)}---\n\n${body}`;
