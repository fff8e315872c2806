// The designs that the client tests save.

// Small, with one step that a program can check and one outcome to hand in at the end.
export const greet = {
  name: 'greet',
  title: 'Greet a person',
  description: 'Writes a greeting for one person.',
  when_to_use: ['A person is to be greeted.'],
  designed_by: 'claude-opus-5-5',
  inputs: {
    type: 'object',
    properties: { person: { type: 'string' }, letter: { type: 'string' } },
    required: ['person'],
  },
  steps: [
    {
      id: 'write',
      title: 'Write the greeting',
      instruction: 'Write one line that greets {{input.person}}.',
      output: { type: 'object', properties: { line: { type: 'string', minLength: 5 } }, required: ['line'] },
      examples: [{ input: { person: 'Ada' }, output: { line: 'Hello, Ada!' } }],
    },
  ],
  edge_cases: [{ id: 'no-name', when: 'The person has no name.', then: 'Write: Hello, friend!' }],
  escalation: { when: ['The person is rude.'], to: 'human' },
};
