import { openings } from './allure-messages.ts'

const charts = [
  { type: 'currentStatus', title: 'Verdicts' },
  { type: 'testResultSeverities', title: 'Verdicts by severity (critical: must, normal: should, minor: may)' },
]

const chartsOfHistory = [
  { type: 'statusDynamics', title: 'Verdicts of the last runs' },
  { type: 'statusTransitions', title: 'New since the run before: fixed and failing' },
]

/** Runs that a history keeps. */
const historyLimit = 30

/** How Allure 3 makes the page, in the form of its configuration file. `historyPath`: file with the history, which is continued. */
export function allureConfiguration(historyPath?: string): object {
  return {
    name: 'Auth0 conformance',
    categories: [
      { name: 'Does not conform', matchers: { statuses: ['failed'], trace: `^${openings.must.replace(/[()]/g, '\\$&')}` }, groupBy: [{ label: 'feature' }], groupByMessage: false, expand: true },
      { name: 'Differs (should, may)', matchers: { statuses: ['failed'], trace: '^Differs' }, groupBy: [{ label: 'feature' }], groupByMessage: false },
      { name: 'Known failure', matchers: { statuses: ['failed'], trace: `^${openings.known}` } },
      { name: 'Could not be judged', matchers: { statuses: ['broken'], trace: `^${openings.blocked}` } },
      { name: 'Our error', matchers: { statuses: ['broken'], trace: `^${openings.error}` } },
      { name: 'Unsupported by the target', matchers: { statuses: ['skipped'] } },
    ],
    plugins: {
      awesome: {
        options: {
          singleFile: true,
          groupBy: ['epic', 'feature', 'story'],
          reportLanguage: 'en',
          sections: ['charts'],
          defaultSortBy: 'status,asc',
          charts: historyPath === undefined ? charts : [...charts, ...chartsOfHistory],
        },
      },
    },
    ...(historyPath === undefined ? { appendHistory: false } : { appendHistory: true, historyPath, historyLimit }),
  }
}
