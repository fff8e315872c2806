// "You are here": what a model whose context was cut is told by execution_step with the id alone, on the ten workflows,
// at every step. The step's own instruction, which comes with it, is not counted.
import {tokensOf} from './tokens.mjs';
import {SEED, runGuided, workflows} from './weak.mjs';

const MOST = 150;

export async function reportHere({server, print, fail}) {
  print('## Where am I\n');
  print('| workflow | texts | tokens above the step, at most | with the step, at most |');
  print('|---|---:|---:|---:|');
  for (const workflow of workflows) {
    const heads = [];
    const texts = [];
    const watch = async ({id, facts}) => {
      const {content: [{text}]} = await server.must('execution_step', {execution_id: id});
      if (facts.state === 'waiting') return;  // a hand-off packet is for another model, which knows nothing yet
      const step = text.search(/\n## \d+\. |\nAll steps are done/);
      if (step < 0) fail(`${workflow.name} ${id}: no step in ${text}`);
      heads.push(tokensOf(text.slice(0, step)));
      texts.push(tokensOf(text));
    };
    for (let time = 0; time < 4; ++time) await runGuided(server, workflow, 0.3, SEED + time, watch);
    if (Math.max(...heads) > MOST) fail(`${workflow.name}: "you are here" takes ${Math.max(...heads)} tokens`);
    print(`| ${workflow.name} | ${heads.length} | ${Math.max(...heads)} | ${Math.max(...texts)} |`);
  }
  print();
}
