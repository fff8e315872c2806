// Replays real runs of an agent as executions in whole mode. What a run should have called are its workflow's steps;
// what it called are the steps it reports, matched by the tool's name.

// Step ids of the tools that should be called, in order: the tool's name, numbered where the tool repeats.
export function stepIds(tools) {
  const seen = new Map();
  return tools.map((tool) => {
    const times = tools.filter((other) => other === tool).length;
    seen.set(tool, (seen.get(tool) ?? 0) + 1);
    return times > 1 ? `${tool}-${seen.get(tool)}` : tool;
  });
}

// The step that each call reports: the first call of a tool is the tool's first step, and so on; further calls are its
// last step again; a tool that is no step reports itself, which the workflow does not know.
export function reportedSteps(expected, calls) {
  const byTool = idsByTool(expected);
  const seen = new Map();
  return calls.map((call) => {
    const own = byTool.get(call.name) ?? [call.name];
    const at = seen.get(call.name) ?? 0;
    seen.set(call.name, at + 1);
    return {step: own[Math.min(at, own.length - 1)], output: call.arguments};
  });
}

function idsByTool(tools) {
  const byTool = new Map();
  stepIds(tools).forEach((id, at) => byTool.set(tools[at], [...(byTool.get(tools[at]) ?? []), id]));
  return byTool;
}

// The steps with those that the run left out put in as skipped, before the next step of the workflow that follows.
export function withSkipped(expected, steps) {
  const order = stepIds(expected);
  const result = [...steps];
  for (const id of order) {
    if (result.some((step) => step.step === id)) continue;
    const later = order.slice(order.indexOf(id) + 1);
    const before = result.findIndex((step) => later.includes(step.step));
    result.splice(before < 0 ? result.length : before, 0, {step: id, skipped: true, note: 'the run did not call it'});
  }
  return result;
}

// The length of the longest common subsequence.
export function longestCommon(a, b) {
  const lengths = Array.from({length: a.length + 1}, () => Array(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; --i) {
    for (let j = b.length - 1; j >= 0; --j) {
      lengths[i][j] = a[i] === b[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  return lengths[0][0];
}

const toolsOf = (actions) => actions.map((action) => action.name);

async function saveWorkflow(server, name, expected) {
  const ids = stepIds(expected);
  await server.must('workflow_save', {
    workflow: {
      name,
      title: `What run ${name} should call`,
      description: 'The calls that the task asks for, one a step, for replaying recorded runs.',
      steps: ids.map((id, at) => ({id, title: expected[at], instruction: `Call ${expected[at]}.`})),
    },
    publish: true,
  });
}

async function replayRun(server, name, expected, run) {
  const started = await server.must('execution_start', {name, mode: 'whole', executor: 'gpt-4o'});
  const steps = reportedSteps(expected, run.calls);
  const finished = await server.must('execution_finish', {
    execution_id: started._meta['pianola/execution'].execution_id,
    outcome: run.succeeded ? 'succeeded' : 'failed',
    steps: run.succeeded ? withSkipped(expected, steps) : steps,
  });
  const {followed, state} = finished.structuredContent;
  return {...run, state, adherence: followed.adherence, deviations: followed.deviations,
    path: stepIds(expected), trace: steps.map((step) => step.step)};
}

// Every run that has expected actions, as an execution of its task's workflow.
export async function replayRuns(server, runs) {
  const replayed = [];
  const saved = new Set();
  for (const run of runs) {
    const expected = toolsOf(run.expected_actions);
    const name = `${run.label}-${run.task_id}`;
    if (!saved.has(name)) await saveWorkflow(server, name, expected);
    saved.add(name);
    replayed.push(await replayRun(server, name, expected, run));
  }
  return replayed;
}
