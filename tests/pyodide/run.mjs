// Run pytest in CPython as WebAssembly: node run.mjs PROJECT PACKAGES ARGUMENT...
import { createRequire } from "node:module";

const [project, packages, ...args] = process.argv.slice(2);
const { loadPyodide } = createRequire(`${packages}/node/package.json`)("pyodide");

const python = await loadPyodide({ env: { HOME: "/home" } });
for (const [place, root] of [["/project", project], ["/packages", `${packages}/python`]]) {
  python.FS.mkdirTree(place);
  python.FS.mount(python.FS.filesystems.NODEFS, { root }, place);
}
python.globals.set("arguments", python.toPy(args));
process.exit(await python.runPythonAsync(`
import os, sys
sys.dont_write_bytecode = True
sys.path[:0] = ["/project", "/project/generated", "/packages"]
os.chdir("/project")
import pytest
print("Python", sys.version, "on", sys.platform)
int(pytest.main(["-p", "no:cacheprovider", *arguments]))
`));
