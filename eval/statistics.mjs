// The statistics of the report: the area under the ROC curve with two intervals, means and quartiles.

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// Linear between the two nearest values (type 7).
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}

const wins = (a, b) => (a > b ? 1 : a === b ? 0.5 : 0);

// How often a positive's score is above a negative's; ties count half (Mann-Whitney).
export function auc(positives, negatives) {
  return mean(positives.map((a) => mean(negatives.map((b) => wins(a, b)))));
}

function variance(values) {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}

// 95 % interval of the AUC after DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988), cut at 0 and 1. It takes the
// runs as independent of each other.
export function delong(positives, negatives) {
  const ofPositives = positives.map((a) => mean(negatives.map((b) => wins(a, b))));
  const ofNegatives = negatives.map((b) => mean(positives.map((a) => wins(a, b))));
  const error = Math.sqrt(variance(ofPositives) / positives.length + variance(ofNegatives) / negatives.length);
  const centre = mean(ofPositives);
  const z = 1.959964;
  return [Math.max(0, centre - z * error), Math.min(1, centre + z * error)];
}

// Random numbers from a seed (mulberry32), 0 to below 1: the same for the same seed, everywhere.
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const pick = (items, random) => items[Math.floor(random() * items.length)];

// 95 % percentile interval of the AUC when whole groups are drawn anew: trials of one task resemble each other.
// `runs` are {group, score, positive}; draws without both outcomes are drawn again.
export function bootstrapByGroup(runs, seed, draws = 10000) {
  const random = randomFrom(seed);
  const groups = [...groupBy(runs, (run) => run.group).values()];
  const found = [];
  while (found.length < draws) {
    const drawn = groups.flatMap(() => groups[Math.floor(random() * groups.length)]);
    const positives = drawn.filter((run) => run.positive).map((run) => run.score);
    const negatives = drawn.filter((run) => !run.positive).map((run) => run.score);
    if (positives.length > 0 && negatives.length > 0) found.push(auc(positives, negatives));
  }
  return [quantile(found, 0.025), quantile(found, 0.975)];
}

// Lists of the items by what `key` says of them, in the order of the first of each.
export function groupBy(items, key) {
  const groups = new Map();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
