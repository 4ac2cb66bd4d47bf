/**
 * Former ids of checks and the present ones. Run files and configurations go on naming the former: comparison with a baseline and known
 * failures follow them here. An entry stays for good.
 */
export const renamedChecks: Readonly<Record<string, string>> = {}
