import { capabilities } from '../core/capability.ts'
import { effects } from '../core/effect.ts'
import type { Command, Option } from './command.ts'

/** Names of the formats that a run is reported in. */
const reporterNames = ['terminal', 'json', 'junit', 'markdown', 'html', 'sarif', 'allure', 'github'] as const

/** One entry of {@link reporterNames}. */
export type ReporterName = (typeof reporterNames)[number]

/** The first folder of a check's id. */
export const suiteNames = ['endpoints', 'grants', 'protocols', 'legacy'] as const

const profile: Option = { name: 'profile', value: 'NAME', choices: ['auth0', 'standard'], help: 'whose word counts: how Auth0 answers (auth0, default) or what the standards say (standard)' }
const suite: Option = { name: 'suite', value: 'NAME…', list: true, choices: suiteNames, help: `only these suites: ${suiteNames.join(', ')}` }
const verbose: Option = { name: 'verbose', help: 'the terminal report tells every failure in full, what was sent, and what passed' }
const strict: Option = { name: 'strict', help: 'a failed "should" counts too' }
const out: Option = { name: 'out', value: 'DIR', help: 'folder for the reports (default conformance-report)' }
const history: Option = { name: 'history', value: 'FILE', help: 'what earlier runs judged, shown in the Allure report; this run is added to it' }
const output: Option = { name: 'output', short: 'o', value: 'FILE', help: 'write to a file and not to standard output' }
const format: Option = { name: 'format', value: 'NAME', choices: ['json', 'yaml'], help: 'json or yaml (default: what the file name says, else json)' }
const reporter = (help: string): Option => ({ name: 'reporter', value: 'LIST', list: true, choices: reporterNames, help })

const noArguments: Command['arguments'] = { min: 0, max: 0, name: '' }
const many = Number.POSITIVE_INFINITY

/** Every command, in the order in which the help lists them. */
export const commands: readonly Command[] = [
  {
    name: 'run',
    usage: '[run] [ID…] [options]',
    summary: 'judge a target (what happens when no command is named)',
    arguments: { min: 0, max: many, name: 'ID' },
    options: [
      { name: 'domain', value: 'HOST', help: 'the target is https://HOST' },
      { name: 'base-url', value: 'URL', help: 'the target is at this URL, which may have a path' },
      { name: 'config', value: 'FILE', help: 'what the target offers (default conformance.config.{json,yaml,yml,js,mjs,ts} here, where there is one)' },
      profile,
      suite,
      strict,
      out,
      reporter('terminal, json, junit, markdown, html, sarif, allure, github, joined by commas (default: terminal, json, junit, markdown, allure; on GitHub Actions github too)'),
      history,
      verbose,
      { name: 'seed', value: 'N', number: { min: 0, max: 0x7fff_ffff }, help: 'play generated inputs again as in the run that printed this seed' },
      { name: 'runs', value: 'N', number: { min: 1 }, help: 'how many inputs each property tries' },
      { name: 'concurrency', value: 'N', number: { min: 1, max: 1000 }, help: 'requests at a time (default 10)' },
      { name: 'rate', value: 'N', number: { min: 0.01, fraction: true }, help: 'requests per second (default: no limit)' },
      { name: 'timeout', value: 'MS', number: { min: 1 }, help: 'how long the target may take for an answer (default 10000)' },
      { name: 'baseline', value: 'RUN.json', help: 'compare with this earlier run: only regressions against it count' },
      { name: 'shard', value: 'I/N', help: 'the I-th of N parts of the selected checks' },
      { name: 'durations', value: 'RUN.json', help: 'divide by how long checks took in this earlier run, the same for all parts' },
      { name: 'ca', value: 'FILE', help: 'PEM file with the authority that signed the target\'s certificate' },
      { name: 'insecure', help: 'accept any certificate' },
      { name: 'allow', value: 'EFFECT…', list: true, choices: effects, help: `what checks may do to the target: ${effects.join(', ')}` },
      { name: 'require', value: 'CAPABILITY…', list: true, choices: Object.keys(capabilities), help: 'what the target must offer: where it is missing, checks that need it fail' },
    ],
    details: `ID is a check, or the beginning of some ids up to a slash: endpoints/token. None means all.
Without --domain, --base-url and a configuration, the reference tenant is started and judged.

Examples
  conformance                                    judge the embedded reference tenant
  conformance --domain tenant.eu.auth0.com       judge what needs no account
  conformance --config staging.json --strict     judge a staging tenant
  conformance endpoints/token --reporter terminal

Exit codes: 0 conforms, 1 does not conform, 2 wrong usage or configuration, 3 could not be judged.`,
    execute: async (given) => (await import('./run.ts')).run(given),
  },
  {
    name: 'doctor',
    usage: 'doctor [options]',
    summary: 'can this target be judged? what is there, what is missing, and what to add',
    arguments: noArguments,
    options: [
      { name: 'domain', value: 'HOST', help: 'the target is https://HOST' },
      { name: 'base-url', value: 'URL', help: 'the target is at this URL, which may have a path' },
      { name: 'config', value: 'FILE', help: 'what the target offers (as for run)' },
      { name: 'timeout', value: 'MS', number: { min: 1 }, help: 'how long the target may take for an answer (default 10000)' },
      { name: 'ca', value: 'FILE', help: 'PEM file with the authority that signed the target\'s certificate' },
      { name: 'insecure', help: 'accept any certificate' },
      { name: 'json', help: 'as JSON' },
    ],
    details: 'Logs the main user in once and asks for one token of the machine client; makes, mails and locks nothing.\nExit codes: 0 something can be judged, 2 wrong usage or configuration, 3 nothing can.',
    execute: async (given) => (await import('./doctor.ts')).doctor(given),
  },
  {
    name: 'init',
    usage: 'init [options]',
    summary: 'write a configuration, a tenant file, .env.example and a workflow into this folder',
    arguments: noArguments,
    options: [
      { name: 'domain', value: 'HOST', help: 'the target is https://HOST' },
      { name: 'base-url', value: 'URL', help: 'the target is at this URL, which may have a path' },
      { name: 'yes', help: 'ask nothing' },
      { name: 'force', help: 'overwrite files that are there' },
      { name: 'ca', value: 'FILE', help: 'PEM file of the authority that signed its certificate' },
      { name: 'insecure', help: 'accept any certificate' },
    ],
    details: 'Asks for the target where it is not given. What can be read from its discovery document is.',
    execute: async (given) => (await import('./init.ts')).init(given),
  },
  {
    name: 'list',
    usage: 'list [ID…] [options]',
    summary: 'list the checks, without network',
    arguments: { min: 0, max: many, name: 'ID' },
    options: [{ ...profile, help: 'only the checks of this profile: auth0 or standard' }, suite, { name: 'json', help: 'as a JSON array, with sources and needs' }],
    execute: async (given) => (await import('./list.ts')).list(given),
  },
  {
    name: 'explain',
    usage: 'explain ID',
    summary: 'what a check demands, where that is written, and how to see it',
    arguments: { min: 1, max: 1, name: 'ID' },
    options: [],
    execute: async (given) => (await import('./explain.ts')).explain(given),
  },
  {
    name: 'spec',
    usage: 'spec [options]',
    summary: 'print the OpenAPI 3.1 document of the Auth0 Authentication API',
    arguments: noArguments,
    options: [format, output],
    execute: async (given) => (await import('./spec.ts')).spec(given),
  },
  {
    name: 'convert',
    usage: 'convert COLLECTION [options]',
    summary: 'convert any Postman collection (v2.0, v2.1) to OpenAPI 3.1',
    arguments: { min: 1, max: 1, name: 'COLLECTION' },
    options: [format, output],
    details: 'COLLECTION is a file, or - for standard input. What OpenAPI cannot say is kept in x- members and named on standard error.',
    execute: async (given) => (await import('./convert.ts')).convert(given),
  },
  {
    name: 'replay',
    usage: 'replay FILE.har… [options]',
    summary: 'judge recorded traffic by the document and its flows, without network',
    arguments: { min: 1, max: many, name: 'FILE.har' },
    options: [
      { name: 'base-url', value: 'URL', help: 'the server to judge, where the files hold traffic of several (default: the one that is asked for tokens)' },
      { name: 'domain', value: 'NAME', help: 'the same by its domain' },
      profile,
      { name: 'ignore-headers', help: 'judge status and body alone, for recordings without headers' },
      strict,
      out,
      reporter('as for run (default terminal,json,junit,markdown; on GitHub Actions github too)'),
      verbose,
    ],
    execute: async (given) => (await import('./replay.ts')).replay(given),
  },
  {
    name: 'diff',
    usage: 'diff BASE.json HEAD.json [options]',
    summary: 'tell what has changed between two runs',
    arguments: { min: 2, max: 2, name: 'BASE.json HEAD.json' },
    options: [{ name: 'json', help: 'as JSON: the member "comparison" of a run file' }],
    details: 'Exit codes: 0 nothing new fails, 1 something does, 2 a file is no run file, 3 something that was judged is not any more.',
    execute: async (given) => (await import('./diff.ts')).diff(given),
  },
  {
    name: 'merge',
    usage: 'merge RUN.json… [options]',
    summary: 'join the parts of a run that was divided by --shard',
    arguments: { min: 1, max: many, name: 'RUN.json' },
    options: [{ ...out, short: 'o' }, reporter('as for run (default terminal,json,junit,markdown,allure; on GitHub Actions github too)'), history, verbose],
    details: 'Reports and exit code are those of an undivided run.',
    execute: async (given) => (await import('./merge.ts')).merge(given),
  },
  {
    name: 'report',
    usage: 'report RUN.json [options]',
    summary: 'render a run again',
    arguments: { min: 1, max: 1, name: 'RUN.json' },
    options: [out, reporter('as for run (default terminal)'), history, verbose],
    execute: async (given) => (await import('./report.ts')).report(given),
  },
  {
    name: 'serve',
    usage: 'serve [options]',
    summary: 'start the reference tenant',
    arguments: noArguments,
    options: [
      { name: 'port', value: 'N', number: { min: 0, max: 65535 }, help: 'port on 127.0.0.1 (default: a free one)' },
      { name: 'public-url', value: 'URL', help: 'the address that others use for it: issuer, metadata, links' },
      { ...profile, help: 'whose word it follows where they differ: auth0 (default) or standard' },
      { name: 'write-config', value: 'FILE', help: 'write a configuration (.json, .yaml) that run --config takes; it holds secrets' },
      { name: 'mutant', value: 'ID', help: 'give it one defect' },
      { name: 'list-mutants', help: 'list the defects and the checks that find them' },
    ],
    details: 'Prints "ready URL" when it answers, and stops on SIGINT or SIGTERM.',
    execute: async (given) => (await import('./serve.ts')).serve(given),
  },
]
