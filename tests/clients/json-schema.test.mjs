// Draft 2020-12 as Pianola checks it (build-debug/tests/schema_verdicts) against npm's ajv, on generated schemas and
// values. PIANOLA_SCHEMA_PAIRS says how many (10,000 in `make test-long`), PIANOLA_SEED which. Where the two differ, a
// third validator decides, or exact arithmetic; docs/json-schema.md lists what ajv gets wrong.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { registerSchema, unregisterSchema, validate } from '@hyperjump/json-schema/draft-2020-12';
import Ajv2020 from 'ajv/dist/2020.js';

import { generatedPairs } from './json-schemas.mjs';
import { pianola, root } from './program.mjs';

const program = join(dirname(pianola), 'tests', 'schema_verdicts');
const options = { strict: false, validateFormats: false, logger: false };

function judge(pairs) {
  const input = pairs.map((pair) => JSON.stringify(pair)).join('\n') + '\n';
  const { status, stdout } = spawnSync(program, { input, encoding: 'utf8', maxBuffer: 1 << 30 });
  assert.equal(status, 0);
  return stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
}

// |number| as whole digits and a power of ten, of the digits that JSON shows.
function decimal(number) {
  const [digits, power = '0'] = Math.abs(number).toExponential().split('e');
  const fraction = digits.split('.')[1] ?? '';
  return { digits: BigInt(digits.replace('.', '')), power: Number(power) - fraction.length };
}

function isMultiple(value, divisor) {
  const a = decimal(value);
  const b = decimal(divisor);
  const lowest = Math.min(a.power, b.power);
  return (a.digits * 10n ** BigInt(a.power - lowest)) % (b.digits * 10n ** BigInt(b.power - lowest)) === 0n;
}

// Every `multipleOf` of a schema made exact, and that by the decimals which JSON shows: ajv divides doubles.
function exactAjv() {
  const ajv = new Ajv2020(options);
  ajv.removeKeyword('multipleOf');
  ajv.addKeyword({
    keyword: 'multipleOf',
    type: 'number',
    compile: (divisor) => (value) => isMultiple(value, divisor),
  });
  return ajv;
}

// What a third, independent implementation says.
async function arbiter(schema, value) {
  const uri = 'https://pianola.example/schema';
  const whole = typeof schema === 'boolean' ? { allOf: [schema] } : schema;
  registerSchema({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...whole }, uri);
  try {
    return (await validate(uri, value)).valid;
  } finally {
    unregisterSchema(uri);
  }
}

// Why ajv may differ here; undefined where it is right.
async function excuse(pair, value, ours) {
  const index = pair.values.indexOf(value);
  if (verdictsOf(exactAjv(), pair)[index] === ours) return 'multipleOf';
  return (await arbiter(pair.schema, value)) === ours ? 'others' : undefined;
}

const verdictsOf = (ajv, { schema, values }) => {
  const validate = ajv.compile(schema);
  return values.map((value) => {
    try {
      return validate(value);
    } catch (error) {
      return `ajv threw: ${error.message}`; // its generated code does so under some "unevaluatedProperties"
    }
  });
};

test('generated schemas and values are judged as ajv judges them', async () => {
  const count = Number(process.env.PIANOLA_SCHEMA_PAIRS ?? 1000);
  const seed = Number(process.env.PIANOLA_SEED ?? 1);
  const pairs = [...generatedPairs(seed, count)];
  const ours = judge(pairs);
  const tally = { valid: 0, invalid: 0, multipleOf: 0, others: 0 };
  for (const [i, pair] of pairs.entries()) {
    const shown = `seed ${seed}, schema ${i}: ${JSON.stringify(pair.schema)}`;
    assert.ok(Array.isArray(ours[i]), `${ours[i]}\n${shown}`);
    const theirs = verdictsOf(new Ajv2020(options), pair);
    for (const [k, value] of pair.values.entries()) {
      tally[theirs[k] ? 'valid' : 'invalid'] += 1;
      if (ours[i][k] === theirs[k]) continue;
      const reason = await excuse(pair, value, ours[i][k]);
      assert.ok(reason, `ours ${ours[i][k]}, ajv ${theirs[k]}\n${shown}\nvalue ${JSON.stringify(value)}`);
      tally[reason] += 1;
    }
  }
  console.log(`${count} pairs, seed ${seed}: ${JSON.stringify(tally)}`);
  assert.ok(tally.valid > count / 8 && tally.invalid > count / 8, 'both verdicts must be common');
  assert.ok(tally.multipleOf + tally.others < count / 50, 'ajv is nearly always right');
});

// What docs/json-schema.md says of ajv, with both of the others on our side.
test('what ajv gets wrong is still wrong', async () => {
  const pairs = [
    { schema: { multipleOf: 0.1 }, values: [0.3] },
    { schema: { contains: true, unevaluatedItems: { const: true } }, values: [[[]]] },
    { schema: { oneOf: [{ required: [''] }] }, values: [{}] },
    {
      schema: {
        $ref: '#/$defs/a',
        $defs: {
          a: { $ref: '#/$defs/b', unevaluatedItems: false },
          b: { oneOf: [true, { unevaluatedItems: false }] },
        },
      },
      values: [['x']],
    },
  ];
  for (const [i, ours] of judge(pairs).entries()) {
    const theirs = verdictsOf(new Ajv2020(options), pairs[i]);
    assert.notDeepEqual(ours, theirs, 'take it off the list');
    assert.ok(await excuse(pairs[i], pairs[i].values[0], ours[0]));
  }
});

// Of every keyword that is checked: a schema of it, and a value that it alone refuses.
const checked = {
  $ref: [{ $ref: '#/$defs/a', $defs: { a: false } }, 1],
  $defs: [{ $ref: '#/$defs/a', $defs: { a: false } }, 1],
  definitions: [{ $ref: '#/definitions/a', definitions: { a: false } }, 1],
  $anchor: [{ $ref: '#a', $defs: { x: { $anchor: 'a', type: 'null' } } }, 1],
  $id: [{ $ref: 'b', $defs: { x: { $id: 'b', type: 'null' } } }, 1],
  $schema: [{ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'null' }, 1],
  prefixItems: [{ prefixItems: [false] }, [1]],
  items: [{ items: false }, [1]],
  contains: [{ contains: { const: 1 } }, [2]],
  minContains: [{ contains: true, minContains: 2 }, [1]],
  maxContains: [{ contains: true, maxContains: 1 }, [1, 2]],
  additionalProperties: [{ additionalProperties: false }, { a: 1 }],
  properties: [{ properties: { a: false } }, { a: 1 }],
  patternProperties: [{ patternProperties: { '^a': false } }, { ab: 1 }],
  dependentSchemas: [{ dependentSchemas: { a: false } }, { a: 1 }],
  propertyNames: [{ propertyNames: { maxLength: 1 } }, { ab: 1 }],
  if: [{ if: { const: 1 }, then: false }, 1],
  then: [{ if: true, then: false }, 1],
  else: [{ if: false, else: false }, 1],
  allOf: [{ allOf: [false] }, 1],
  anyOf: [{ anyOf: [false] }, 1],
  oneOf: [{ oneOf: [true, true] }, 1],
  not: [{ not: true }, 1],
  unevaluatedItems: [{ unevaluatedItems: false }, [1]],
  unevaluatedProperties: [{ unevaluatedProperties: false }, { a: 1 }],
  type: [{ type: 'string' }, 1],
  const: [{ const: 2 }, 1],
  enum: [{ enum: [2] }, 1],
  multipleOf: [{ multipleOf: 2 }, 1],
  maximum: [{ maximum: 0 }, 1],
  exclusiveMaximum: [{ exclusiveMaximum: 1 }, 1],
  minimum: [{ minimum: 2 }, 1],
  exclusiveMinimum: [{ exclusiveMinimum: 1 }, 1],
  maxLength: [{ maxLength: 0 }, 'a'],
  minLength: [{ minLength: 2 }, 'a'],
  pattern: [{ pattern: 'b' }, 'a'],
  maxItems: [{ maxItems: 0 }, [1]],
  minItems: [{ minItems: 2 }, [1]],
  uniqueItems: [{ uniqueItems: true }, [1, 1]],
  maxProperties: [{ maxProperties: 0 }, { a: 1 }],
  minProperties: [{ minProperties: 2 }, { a: 1 }],
  required: [{ required: ['b'] }, { a: 1 }],
  dependentRequired: [{ dependentRequired: { a: ['b'] } }, { a: 1 }],
};

// The keywords in the first column of a table of the docs page.
function listedUnder(heading) {
  const page = readFileSync(join(root, 'docs', 'json-schema.md'), 'utf8');
  const section = page.split(`## ${heading}`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]));
}

test('every keyword of the metaschemas is checked, an annotation by the specification, or refused, and the docs say which', () => {
  const require = createRequire(import.meta.url);
  const folder = 'ajv/dist/refs/json-schema-2020-12';
  const parts = ['core', 'applicator', 'unevaluated', 'validation', 'meta-data', 'format-annotation', 'content'];
  const metaschemas = [`${folder}/schema.json`, ...parts.map((part) => `${folder}/meta/${part}.json`)].map(require);
  const keywords = [...new Set(metaschemas.flatMap(({ properties }) => Object.keys(properties)))];
  assert.ok(keywords.length > 55, `only ${keywords.length} keywords in the metaschemas`);
  const annotations = listedUnder('Annotations');
  const refused = listedUnder('Refused keywords');
  for (const keyword of keywords) {
    const places = [keyword in checked, annotations.includes(keyword), refused.includes(keyword)].filter(Boolean);
    assert.equal(places.length, 1, `${keyword} must be in exactly one list`);
  }
  for (const [keyword, [schema, value]] of Object.entries(checked)) {
    assert.deepEqual(judge([{ schema, values: [value] }]), [[false]], keyword);
  }
  for (const keyword of annotations) {
    assert.deepEqual(judge([{ schema: { [keyword]: keyword === 'contentSchema' ? false : 'x' }, values: [1] }]), [[true]], keyword);
  }
  for (const keyword of refused) {
    for (const operand of ['#a', true, {}]) {
      const [verdict] = judge([{ schema: { [keyword]: operand }, values: [1] }]);
      assert.match(String(verdict), /no keyword that is checked here/, keyword);
    }
  }
});
