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
// Large enough that a playbook's size means something: branches, enums, quotes, edge cases, an escalation.
const strings = (...names) => Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
const object = (properties) => ({ type: 'object', properties, required: Object.keys(properties) });

export const triage = {
  name: 'support-triage',
  title: 'Triage a support e-mail',
  description: 'Sorts one customer e-mail, answers it where the knowledge base is sure, and escalates the rest.',
  when_to_use: ['A customer e-mail has to be sorted and answered.'],
  when_not_to_use: ['The e-mail comes from a colleague.'],
  designed_by: 'claude-opus-5-5',
  executor: 'claude-haiku-4-5',
  intelligence_level: 'low',
  inputs: object(strings('subject', 'body', 'sender')),
  context:
    'The shop sells bicycles in three countries and answers every e-mail within one working day. Replies are friendly, ' +
    'short, and in the language of the e-mail. A reply never promises a refund, a date or a discount; only the billing ' +
    'team may do that. The knowledge base has one article a topic, each with a number such as KB-104.',
  steps: [
    {
      id: 'parse',
      title: 'Parse the intent',
      instruction:
        'Read the subject {{input.subject}} and the body {{input.body}}. Choose the one category that the main request ' +
        'falls into. Copy the sentence that decided it, word for word. If two categories fit, take the one named first ' +
        'in the e-mail.',
      output: object({
        category: { type: 'string', enum: ['billing', 'technical', 'delivery', 'other'] },
        evidence: { type: 'string', minLength: 3 },
        angry: { type: 'boolean' },
      }),
      quotes: ['/evidence'],
      branches: [{ when: { 'output.angry': { const: true } }, goto: 'escalate', label: 'the customer is angry' }],
      examples: [
        {
          input: { subject: 'Invoice', body: 'I was charged twice for order 77.', sender: 'a@example.com' },
          output: { category: 'billing', evidence: 'I was charged twice for order 77.', angry: false },
        },
      ],
    },
    {
      id: 'look-up',
      title: 'Check the knowledge base',
      instruction:
        'Search the knowledge base for the category {{steps.parse.category}} and the words of {{steps.parse.evidence}}. ' +
        'Give the number of the best article and how sure you are, from 0 to 100, that it answers the request.',
      output: object({
        article: { type: 'string', pattern: '^KB-[0-9]+$' },
        confidence: { type: 'integer', minimum: 0, maximum: 100 },
      }),
      tools: ['search_knowledge_base'],
      branches: [
        { when: { 'output.confidence': { minimum: 91 } }, goto: 'draft', label: 'the match is sure' },
        { when: {}, goto: 'escalate', label: 'the match is not sure' },
      ],
      examples: [{ input: {}, output: { article: 'KB-104', confidence: 95 } }],
    },
    {
      id: 'draft',
      title: 'Draft the reply',
      instruction:
        'Write a reply of at most 120 words from article {{steps.look-up.article}}. Greet the sender by name if the ' +
        'e-mail gives one. Name the article at the end.',
      output: object({ reply: { type: 'string', minLength: 20, maxLength: 1200 } }),
      examples: [{ input: {}, output: { reply: 'Hello Ada, the second charge is only reserved and vanishes by itself. KB-104' } }],
    },
    {
      id: 'log',
      title: 'Log the rationale',
      instruction: 'Say in one or two sentences why the category and the article were chosen.',
      output: object({ rationale: { type: 'string', minLength: 10 } }),
      on_failure: { retries: 1, then: 'skip' },
      examples: [{ input: {}, output: { rationale: 'The customer names a double charge, which KB-104 explains.' } }],
    },
  ],
  edge_cases: [
    { id: 'technical-error', when: 'The customer reports an error of the web shop.', then: 'Check the status page first, and name an outage in the reply.', severity: 'medium' },
    { id: 'billing-question', when: 'The question is about a bill.', then: 'Verify that the sender owns the account before any number is named.', severity: 'high' },
    { id: 'no-text', when: 'The body is empty or only a signature.', then: 'Take the category other and ask what the customer needs.', severity: 'low' },
  ],
  escalation: { when: ['A lawyer or the press is mentioned.'], to: 'human', message: 'Hand over the e-mail with the steps done so far.' },
  tags: ['support', 'mail'],
};
