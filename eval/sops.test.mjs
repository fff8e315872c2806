import assert from 'node:assert/strict';
import test from 'node:test';
import {lostLines, stepTitles} from './sops.mjs';

const kSop = `# Release

## Overview

Releases a package.

## Parameters

- **tag** (required): The version
- **branch** (optional, default: "main"): Where from

## Steps

### 1. Check

- You MUST look at {tag}

### 2. Publish

#### 2.1 Build

Build it.

#### 2.2 Upload

Upload it.
`;

const kDesign = {
  title: 'Release', description: 'Releases a package.',
  inputs: {
    type: 'object', required: ['tag'],
    properties: {tag: {type: 'string', description: 'The version'}, branch: {type: 'string', default: 'main', description: 'Where from'}},
  },
  steps: [
    {id: 'check', title: '1. Check', instruction: '- You MUST look at {{input.tag}}'},
    {id: 'build', title: '2.1 Build', instruction: '### 2. Publish\n\nBuild it.'},
    {id: 'upload', title: '2.2 Upload', instruction: 'Upload it.'},
  ],
};

test('parts of a step are the steps', () => assert.deepEqual(stepTitles(kSop), ['Check', 'Build', 'Upload']));

test('a whole design loses nothing', () => assert.deepEqual(lostLines(kSop, kDesign), []));

test('a line said twice must be there twice', () => {
  const twice = kSop.replace('Upload it.', 'Build it.');
  const design = structuredClone(kDesign);
  design.steps[2].instruction = 'Again.';
  assert.deepEqual(lostLines(twice, design), ['Build it.', 'Build it.']);
});

test('a lost sentence, default or requirement is found', () => {
  const without = (change) => {
    const design = structuredClone(kDesign);
    change(design);
    return lostLines(kSop, design);
  };
  assert.deepEqual(without((design) => { design.steps[2].instruction = 'Upload.'; }), ['Upload it.']);
  assert.deepEqual(without((design) => { delete design.inputs.properties.branch.default; }),
      ['- **branch** (optional, default: "main"): Where from']);
  assert.deepEqual(without((design) => { design.inputs.required = []; }), ['- **tag** (required): The version']);
});
