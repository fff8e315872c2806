// The airline's policy as a workflow, designed by hand (airline_policy.json): saved, linted and published.
import {readFileSync} from 'node:fs';

export async function reportAirline({server, print, fail}) {
  const workflow = JSON.parse(readFileSync(new URL('airline_policy.json', import.meta.url), 'utf8'));
  const saved = (await server.must('workflow_save', {workflow, publish: true})).structuredContent;
  const errors = saved.findings.filter((finding) => finding.severity === 'error');
  print('## The airline\'s policy as a workflow\n');
  print('| workflow | steps | branches | edge cases | status | readiness | errors | warnings |');
  print('|---|---:|---:|---:|---|---:|---:|---:|');
  const branches = workflow.steps.reduce((sum, step) => sum + (step.branches?.length ?? 0), 0);
  print(`| ${saved.name} ${saved.version} | ${workflow.steps.length} | ${branches} | ${workflow.edge_cases.length} | ` +
      `${saved.status} | ${saved.readiness} | ${errors.length} | ${saved.findings.length - errors.length} |\n`);
  for (const finding of saved.findings) print(`- ${finding.severity} ${finding.place}: ${finding.message}`);
  if (saved.status !== 'published' || errors.length > 0) fail('the airline\'s workflow has lint errors');
}
