// What a simulator knows by itself, from the design alone and written apart from the program: whether an output passes,
// where it leads, whether a way is complete, and by brute force what a trace costs against the paths of the design.

// Why a value does not pass a JSON Schema, of the keywords that eval's designs use; empty where it passes.
export function breaks(schema, value, at = '') {
  const is = {
    object: (v) => typeof v === 'object' && v !== null && !Array.isArray(v), array: Array.isArray,
    string: (v) => typeof v === 'string', number: (v) => typeof v === 'number', integer: Number.isInteger,
    boolean: (v) => typeof v === 'boolean',
  };
  const broken = [];
  const need = (holds, rule) => holds || broken.push(`${at} ${rule}`);
  if (schema.type) need(is[schema.type](value), `is no ${schema.type}`);
  if (schema.enum) need(schema.enum.includes(value), 'is not in the enum');
  if ('const' in schema) need(schema.const === value, 'is not the const');
  if (is.string(value)) {
    need([...value].length >= (schema.minLength ?? 0), 'is too short');
    if (schema.pattern) need(new RegExp(schema.pattern).test(value), 'does not match');
  }
  if (is.number(value)) {
    need(value >= (schema.minimum ?? -Infinity), 'is too small');
    need(value <= (schema.maximum ?? Infinity), 'is too large');
  }
  if (is.array(value)) {
    need(value.length >= (schema.minItems ?? 0), 'has too few');
    value.forEach((item, index) => broken.push(...breaks(schema.items ?? {}, item, `${at}/${index}`)));
  }
  if (is.object(value)) {
    for (const name of schema.required ?? []) need(name in value, `lacks ${name}`);
    for (const [name, item] of Object.entries(value)) {
      const known = schema.properties?.[name];
      if (known) broken.push(...breaks(known, item, `${at}/${name}`));
      else need(schema.additionalProperties !== false, `has ${name}`);
    }
  }
  return broken;
}

const squeezed = (text) => text.replace(/\s+/g, ' ').trim();

// The values that a pointer with `*` names.
function named(value, [part, ...rest]) {
  if (part === undefined) return [value];
  if (typeof value !== 'object' || value === null) return [];
  const next = part === '*' ? Object.values(value) : part in value ? [value[part]] : [];
  return next.flatMap((each) => named(each, rest));
}

// Whether an output is what its step asks for: its schema, and its quotes from the input.
export function passes(step, output, input) {
  if (step.output && (output === undefined || breaks(step.output, output).length > 0)) return false;
  const texts = Object.values(input).filter((value) => typeof value === 'string').map(squeezed);
  return (step.quotes ?? []).every((pointer) => named(output, pointer.split('/').slice(1)).every((quote) =>
    typeof quote === 'string' && squeezed(quote) !== '' && texts.some((text) => text.includes(squeezed(quote)))));
}

const indexOf = (design, id) => design.steps.findIndex((step) => step.id === id);
export const inOrder = (design, id) => design.steps[indexOf(design, id) + 1]?.id ?? 'end';

// Where an output leads from its step; `latest` are the outputs by step, the step's own among them.
export function nextOf(design, id, latest) {
  for (const {when, goto} of design.steps[indexOf(design, id)].branches ?? []) {
    const holds = Object.entries(when).every(([path, schema]) => {
      const [root, ...names] = path.split('.');
      const [start, rest] = root === 'steps' ? [latest[names[0]], names.slice(1)] : [latest[id], names];
      const value = rest.reduce((at, name) => at?.[name], start);
      return value !== undefined && breaks(schema, value).length === 0;
    });
    if (holds) return goto;
  }
  return inOrder(design, id);
}

// All ways on from a step, whatever its output: every goto up to an else, and the next step where there is no else.
export function waysOn(design, id) {
  const ways = [];
  for (const {when, goto} of design.steps[indexOf(design, id)].branches ?? []) {
    ways.push(goto);
    if (Object.keys(when).length === 0) return ways;
  }
  return [...ways, inOrder(design, id)];
}

const isEnd = (id) => id === 'end' || id === 'escalate';

// Whether what was really done, in order, is a whole way through the design: [{step, output, skipped}]. Gives the end,
// or null with where it breaks.
export function walkDone(design, input, done) {
  let at = design.steps[0].id;
  const latest = {};
  for (const {step: id, output, skipped} of done) {
    if (id !== at) return {end: null, why: `${id} where ${at} was due`};
    const step = design.steps[indexOf(design, id)];
    if (skipped) {
      if (step.on_failure?.then !== 'skip') return {end: null, why: `${id} may not be skipped`};
      delete latest[id];
      at = inOrder(design, id);
      continue;
    }
    if (!passes(step, output, input)) return {end: null, why: `${id} was not done right`};
    latest[id] = output ?? {};
    at = nextOf(design, id, latest);
  }
  return isEnd(at) ? {end: at} : {end: null, why: `${at} was never done`};
}

// The steps of a shortest path to an end.
export function shortest(design) {
  let reached = new Set([design.steps[0].id]);
  for (let length = 1; length <= design.steps.length; ++length) {
    const next = new Set([...reached].flatMap((id) => waysOn(design, id)));
    if ([...next].some(isEnd)) return length;
    reached = new Set([...next].filter((id) => !isEnd(id)));
  }
  return null;
}

// What the cheapest reading of a trace as a path costs, by trying all paths, cheapest bound first. A trace is
// [{step, next, skipped, designed}]. `row[i]` is what the path so far costs with the first i elements explained.
export function cheapest(design, trace) {
  for (let bound = 0; ; ++bound) {
    const start = trace.map(() => 0);
    const row = [0, ...start].map((_, i) => i);
    if (extend(design, trace, design.steps[0].id, row, bound)) return bound;
  }
}

function extend(design, trace, at, row, bound) {
  if (Math.min(...row) > bound) return false;
  if (isEnd(at)) return row[trace.length] <= bound;
  const targets = new Set([...waysOn(design, at), inOrder(design, at)]);
  return [...targets].some((to) => {
    const next = [];
    const isWay = waysOn(design, at).includes(to);
    for (let i = 0; i <= trace.length; ++i) {
      const leftOut = isWay ? row[i] + 1 : Infinity;
      const done = i > 0 ? row[i - 1] + matched(design, trace[i - 1], at, to, isWay) : Infinity;
      const putIn = i > 0 ? next[i - 1] + 1 : Infinity;
      next.push(Math.min(leftOut, done, putIn));
    }
    return extend(design, trace, to, next, bound);
  });
}

// What it costs to read an element as this step with this way on.
function matched(design, element, at, to, isWay) {
  if (element.step !== at) return Infinity;
  if (element.skipped) return to === inOrder(design, at) ? (element.designed ? 0 : 1) : Infinity;
  return !isWay ? Infinity : element.next === to ? 0 : 1;
}
