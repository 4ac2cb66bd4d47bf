import { describe, expect, test } from 'vitest'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { renderSarif } from '../../reporters/index.ts'
import { comparedRun, fixedRun, greenRun } from './fixed-run.ts'

const text = { type: 'object', required: ['text'], properties: { text: { type: 'string', minLength: 1 } }, additionalProperties: false }

/** The part of the published schema of SARIF 2.1.0 that is about what is written here. Closed, so that a misspelt member is found. */
const schema = {
  type: 'object', required: ['$schema', 'version', 'runs'], additionalProperties: false,
  properties: {
    $schema: { type: 'string' },
    version: { const: '2.1.0' },
    runs: {
      type: 'array', minItems: 1, items: {
        type: 'object', required: ['tool', 'results'], additionalProperties: false,
        properties: {
          tool: { type: 'object', required: ['driver'], additionalProperties: false, properties: { driver: {
            type: 'object', required: ['name'], additionalProperties: false,
            properties: { name: { type: 'string' }, semanticVersion: { type: 'string' }, rules: { type: 'array', uniqueItems: true, items: {
              type: 'object', required: ['id'], additionalProperties: false,
              properties: {
                id: { type: 'string' }, shortDescription: text, fullDescription: text, helpUri: { type: 'string' },
                defaultConfiguration: { type: 'object', properties: { level: { enum: ['none', 'note', 'warning', 'error'] } }, additionalProperties: false },
                properties: { type: 'object', properties: { tags: { type: 'array', uniqueItems: true, items: { type: 'string' } } } },
              },
            } } },
          } } },
          automationDetails: { type: 'object', properties: { id: { type: 'string' } }, additionalProperties: false },
          invocations: { type: 'array', items: {
            type: 'object', required: ['executionSuccessful'], additionalProperties: false,
            properties: {
              executionSuccessful: { type: 'boolean' }, startTimeUtc: { type: 'string' }, endTimeUtc: { type: 'string' },
              toolExecutionNotifications: { type: 'array', items: { type: 'object', required: ['message'], additionalProperties: false, properties: { level: { enum: ['none', 'note', 'warning', 'error'] }, message: text } } },
            },
          } },
          results: { type: 'array', items: {
            type: 'object', required: ['message'], additionalProperties: false,
            properties: {
              ruleId: { type: 'string' }, ruleIndex: { type: 'integer', minimum: 0 },
              level: { enum: ['none', 'note', 'warning', 'error'] }, kind: { enum: ['notApplicable', 'pass', 'fail', 'review', 'open', 'informational'] },
              message: text,
              locations: { type: 'array', items: { type: 'object', additionalProperties: false, properties: {
                physicalLocation: { type: 'object', required: ['artifactLocation'], properties: { artifactLocation: { type: 'object', properties: { uri: { type: 'string' } } } } },
                logicalLocations: { type: 'array', items: { type: 'object', properties: { fullyQualifiedName: { type: 'string' }, kind: { type: 'string' } } } },
              } } },
              partialFingerprints: { type: 'object', additionalProperties: { type: 'string' } },
              baselineState: { enum: ['new', 'unchanged', 'updated', 'absent'] },
              suppressions: { type: 'array', items: { type: 'object', required: ['kind'], properties: { kind: { enum: ['inSource', 'external'] }, justification: { type: 'string' } }, additionalProperties: false } },
            },
          } },
          properties: { type: 'object' },
        },
      },
    },
  },
}
const validate = new Ajv2020({ strict: false, allErrors: true }).compile(schema)

interface Sarif { runs: [{ tool: { driver: { rules: { id: string }[] } }; results: { ruleId: string; ruleIndex: number; level: string; kind?: string; baselineState?: string; suppressions?: unknown[] }[] }] }

describe.each([['fixed', fixedRun], ['compared', comparedRun], ['green', greenRun]] as const)('the %s run', (_, run) => {
  const sarif = JSON.parse(renderSarif(run)) as Sarif
  test('is SARIF 2.1.0', () => {
    expect(validate(sarif) ? [] : validate.errors).toEqual([])
  })

  test('has a rule for each result, at its index', () => {
    const [{ tool, results }] = sarif.runs
    expect(results.map(({ ruleIndex }) => tool.driver.rules[ruleIndex]?.id)).toEqual(results.map(({ ruleId }) => ruleId))
    expect(results.length).toBe(run.verdicts.filter(({ status }) => status !== 'pass').length)
  })
})

test('only what counts is an error, known failures are suppressed, and what was not judged accuses nobody', () => {
  const [{ results }] = (JSON.parse(renderSarif(comparedRun)) as Sarif).runs
  expect(results.map(({ ruleId, level, kind, baselineState, suppressions }) => [ruleId.split('/').slice(1).join('/'), kind ?? level, baselineState, suppressions?.length ?? 0])).toMatchInlineSnapshot(`
    [
      [
        "token/client-credentials/missing/client_id",
        "error",
        "new",
        0,
      ],
      [
        "userinfo/error/echo",
        "warning",
        "unchanged",
        0,
      ],
      [
        "userinfo/success/cache",
        "warning",
        "unchanged",
        1,
      ],
      [
        "signup/success/id",
        "note",
        "unchanged",
        0,
      ],
      [
        "samlp/login/success",
        "notApplicable",
        "unchanged",
        0,
      ],
      [
        "samlp/metadata/success",
        "notApplicable",
        "unchanged",
        0,
      ],
      [
        "signup/success/created",
        "notApplicable",
        "unchanged",
        0,
      ],
      [
        "logout/success",
        "open",
        "updated",
        0,
      ],
      [
        "discovery/issuer",
        "open",
        "new",
        0,
      ],
    ]
  `)
})
