import { renderGithub } from './github.ts'
import { renderJson } from './json.ts'
import { renderJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import { renderHtml } from './html.ts'
import { renderSarif } from './sarif.ts'
import { progressLine, renderChanges, renderTerminal, type TerminalOptions } from './terminal.ts'

/*
 * Every format of a run. Text formats are pure functions. Allure's results and page are made by the process of `./allure-html.ts`, which is
 * imported only where they are chosen: `await import(…)`.
 */

export { progressLine, renderChanges, renderGithub, renderHtml, renderSarif, renderJson, renderJunit, renderMarkdown, renderTerminal, type TerminalOptions }
