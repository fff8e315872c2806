// Generated schemas of draft 2020-12, in every keyword that Pianola checks, with values that fit, that nearly fit and
// that do not: drawn from a seed, so that a disagreement can be played again.

// mulberry32: small, and the same everywhere.
export function randomness(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (count) => Math.floor(next() * count);
  return { below, one: (list) => list[below(list.length)], chance: (share) => next() < share };
}

const names = ['a', 'b', 'c', 'aa', 'ab', 'x-y', 'é', '', '😀', 'a/b', 'a~b', '%25'];
const texts = ['', 'a', 'b', 'aa', 'ab', 'abc', 'é', 'e\u0301', '😀', '😀😀', 'A', '1', '-1.5', 'true', 'a\nb', 'ß', '\u0000', '2026-11-25', 'not a date', 'ÿ', '漢字', 'a b'];
const numbers = [0, -0, 1, -1, 2, 3, 10, 0.1, 0.2, 0.3, 0.5, 1.5, -2.5, 1e3, 1e-3, 0.01, 19.99, 4.35, 1.1, 2 ** 31, 2 ** 53 - 1, -(2 ** 53 - 1), 1e15, 1e20, 1.5e300, 5e-324, 1e-7, 100, 99.99, 7, 12];
const divisors = [1, 2, 3, 0.1, 0.01, 0.5, 1.5, 0.3, 7, 1e-3, 0.05, 2.5, 100];
// Written alike in ECMA-262 and RE2.
const patterns = ['^a', 'a$', '^[a-c]+$', 'b', '^$', '^.{2}$', '\\d', '^\\w*$', 'a|b', '(ab)+', '^[^a]', '\\.', '^é$', 'x-', '^a+$', '\\u00e9'];
const types = ['null', 'boolean', 'object', 'array', 'number', 'integer', 'string'];
const formats = ['date', 'date-time', 'email', 'ipv4', 'uri', 'regex', 'uuid'];

class SchemaMaker {
  constructor(random) {
    this.random = random;
  }

  // A whole schema, with definitions that it refers to: each only to those after it, and to the whole only a step
  // further into the value, so that no reference leads round in a circle on one value.
  document() {
    const { random } = this;
    this.definitions = [];
    const count = random.below(4);
    for (let i = 0; i < count; ++i) this.definitions.push({ name: random.chance(0.2) ? `d/${i}~` : `d${i}`, anchor: random.chance(0.3) });
    this.reach = 0;
    const schema = this.schema(3);
    if (count > 0 && typeof schema === 'object') {
      schema.$defs = {};
      this.definitions.forEach(({ name, anchor }, i) => {
        this.reach = i + 1;
        let definition = this.schema(2);
        if (anchor) definition = { ...(typeof definition === 'object' ? definition : {}), $anchor: `at${i}` };
        schema.$defs[name] = definition;
      });
    }
    if (typeof schema === 'object' && random.chance(0.1)) schema.$schema = 'https://json-schema.org/draft/2020-12/schema';
    return schema;
  }

  reference(inside) {
    const { random } = this;
    if (inside && random.chance(0.3)) return '#';
    if (this.reach >= this.definitions.length) return undefined;
    const i = this.reach + random.below(this.definitions.length - this.reach);
    const { name, anchor } = this.definitions[i];
    if (anchor && random.chance(0.5)) return `#at${i}`;
    return `#/$defs/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  }

  // `inside`: the schema applies to a part of the value that its parent applies to.
  schema(depth, inside = false) {
    const { random } = this;
    if (random.chance(0.06)) return random.chance(0.7);
    const schema = {};
    const words = depth === 0 ? 1 + random.below(2) : 1 + random.below(4);
    for (let i = 0; i < words; ++i) this.add(schema, depth, inside);
    return schema;
  }

  map(depth, keys, inside = true) {
    const { random } = this;
    const made = {};
    for (let i = 1 + random.below(3); i > 0; --i) made[random.one(keys)] = this.schema(depth - 1, inside);
    return made;
  }

  list(depth, inside = false) {
    const made = [];
    for (let i = 1 + this.random.below(3); i > 0; --i) made.push(this.schema(depth - 1, inside));
    return made;
  }

  someNames() {
    return [...new Set(Array.from({ length: this.random.below(3) }, () => this.random.one(names)))];
  }

  add(schema, depth, inside) {
    const { random } = this;
    const simple = [
      () => (schema.type = random.chance(0.7) ? random.one(types) : [...new Set([random.one(types), random.one(types)])]),
      () => (schema.const = this.value(1)),
      () => (schema.enum = Array.from({ length: 1 + random.below(3) }, () => this.value(1))),
      () => (schema[random.one(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'])] = random.one(numbers)),
      () => (schema.multipleOf = random.one(divisors)),
      () => (schema[random.one(['minLength', 'maxLength'])] = random.below(4)),
      () => (schema.pattern = random.one(patterns)),
      () => (schema[random.one(['minItems', 'maxItems'])] = random.below(4)),
      () => (schema.uniqueItems = random.chance(0.9)),
      () => (schema[random.one(['minProperties', 'maxProperties'])] = random.below(4)),
      () => (schema.required = this.someNames()),
      () => (schema.dependentRequired = { [random.one(names)]: this.someNames() }),
      () => (schema.format = random.one(formats)),
      () => (schema[random.one(['title', 'description', '$comment'])] = 'said'),
      () => (schema[random.one(['minContains', 'maxContains'])] = random.below(3)),
    ];
    const nested = [
      () => (schema.properties = this.map(depth, names)),
      () => (schema.properties = this.map(depth, names)),
      () => (schema.patternProperties = this.map(depth, patterns)),
      () => (schema.additionalProperties = this.schema(depth - 1, true)),
      () => (schema.propertyNames = this.schema(depth - 1, true)),
      () => (schema.items = this.schema(depth - 1, true)),
      () => (schema.prefixItems = this.list(depth, true)),
      () => {
        schema.contains = this.schema(depth - 1, true);
        if (random.chance(0.4)) schema.minContains = random.below(3);
        if (random.chance(0.3)) schema.maxContains = random.below(3);
      },
      () => (schema.allOf = this.list(depth, inside)),
      () => (schema.anyOf = this.list(depth, inside)),
      () => (schema.oneOf = this.list(depth, inside)),
      () => (schema.not = this.schema(depth - 1, inside)),
      () => {
        schema.if = this.schema(depth - 1, inside);
        if (random.chance(0.8)) schema.then = this.schema(depth - 1, inside);
        if (random.chance(0.6)) schema.else = this.schema(depth - 1, inside);
      },
      () => (schema.dependentSchemas = this.map(depth, names, inside)),
      () => (schema.unevaluatedProperties = random.chance(0.6) ? false : this.schema(depth - 1, true)),
      () => (schema.unevaluatedItems = random.chance(0.6) ? false : this.schema(depth - 1, true)),
      () => {
        const reference = this.reference(inside);
        if (reference !== undefined) schema.$ref = reference;
      },
    ];
    random.one(depth > 0 && random.chance(0.65) ? nested : simple)();
  }

  value(depth) {
    const { random } = this;
    const kind = random.below(depth > 0 ? 8 : 5);
    if (kind === 0) return null;
    if (kind === 1) return random.chance(0.5);
    if (kind === 2) return random.one(numbers);
    if (kind === 3 || kind === 4) return random.one(texts);
    if (kind === 5) return Array.from({ length: random.below(4) }, () => this.value(depth - 1));
    const made = {};
    for (let i = random.below(4); i > 0; --i) made[random.one(names)] = this.value(depth - 1);
    return made;
  }

  // A value that has a good chance to fit: built along the schema, without a promise.
  fitting(schema, whole, depth = 4) {
    const { random } = this;
    if (typeof schema !== 'object' || depth === 0) return this.value(1);
    if ('const' in schema) return schema.const;
    if ('enum' in schema) return random.one(schema.enum);
    for (const word of ['allOf', 'anyOf', 'oneOf']) {
      if (schema[word] && random.chance(0.4)) return this.fitting(random.one(schema[word]), whole, depth - 1);
    }
    if (schema.$ref && random.chance(0.5)) {
      const name = schema.$ref.slice('#/$defs/'.length).replaceAll('~1', '/').replaceAll('~0', '~');
      return this.fitting(schema.$ref === '#' ? whole : (whole.$defs?.[name] ?? true), whole, depth - 1);
    }
    const objects = ['properties', 'required', 'patternProperties', 'additionalProperties', 'propertyNames', 'minProperties', 'unevaluatedProperties', 'dependentRequired', 'dependentSchemas'];
    const arrays = ['items', 'prefixItems', 'contains', 'minItems', 'uniqueItems', 'unevaluatedItems'];
    const asked = [schema.type].flat()[0];
    if (asked === 'object' || (!asked && objects.some((word) => word in schema))) return this.fittingObject(schema, whole, depth);
    if (asked === 'array' || (!asked && arrays.some((word) => word in schema))) return this.fittingArray(schema, whole, depth);
    if (asked === 'string' || 'minLength' in schema || 'pattern' in schema) return random.one(texts);
    if ('multipleOf' in schema) return Number((schema.multipleOf * random.below(200)).toPrecision(15));
    if (asked === 'number' || asked === 'integer' || 'minimum' in schema) {
      const bound = schema.minimum ?? schema.maximum ?? schema.exclusiveMinimum ?? schema.exclusiveMaximum;
      return bound === undefined ? random.one(numbers) : random.one([bound, bound + 1, bound - 1, bound + 0.5]);
    }
    return asked === 'null' ? null : asked === 'boolean' ? random.chance(0.5) : this.value(depth > 1 ? 1 : 0);
  }

  fittingObject(schema, whole, depth) {
    const made = {};
    for (const [name, member] of Object.entries(schema.properties ?? {})) {
      if (this.random.chance(0.8)) made[name] = this.fitting(member, whole, depth - 1);
    }
    for (const name of schema.required ?? []) made[name] ??= this.value(1);
    for (const [name, others] of Object.entries(schema.dependentRequired ?? {})) {
      if (this.random.chance(0.5)) for (const each of [name, ...others]) made[each] ??= this.value(0);
    }
    for (const name of Object.keys(schema.dependentSchemas ?? {})) if (this.random.chance(0.5)) made[name] ??= this.value(1);
    if (this.random.chance(0.4)) made[this.random.one(names)] = this.fitting(schema.additionalProperties ?? true, whole, depth - 1);
    return made;
  }

  fittingArray(schema, whole, depth) {
    const made = (schema.prefixItems ?? []).map((item) => this.fitting(item, whole, depth - 1));
    for (let i = this.random.below(4); i > 0; --i) {
      made.push(this.fitting(schema.items ?? schema.contains ?? true, whole, depth - 1));
    }
    if (schema.contains !== undefined && this.random.chance(0.6)) made.push(this.fitting(schema.contains, whole, depth - 1));
    return made;
  }
}

// `count` pairs as {schema, values}, ten values a schema.
export function* generatedPairs(seed, count) {
  for (let made = 0, number = 0; made < count; made += 10, ++number) {
    const random = randomness(seed * 1_000_003 + number);
    const maker = new SchemaMaker(random);
    const schema = maker.document();
    const values = [];
    for (let i = 0; i < 10; ++i) values.push(random.chance(0.65) ? maker.fitting(schema, schema) : maker.value(3));
    yield { schema, values };
  }
}
