"""Runs every notebook on results made for it; fails if a cell does. Nothing is written to the notebooks.

    python3 notebooks/run.py path/to/squall [folder for the pictures]

The runs are short forms of the experiments that the notebooks name: less users, less time.
"""

import base64
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent
EXPERIMENTS = HERE.parent / "experiments"
SHORT = {
    "01_read_a_run": ["run", "chat-100k", "phones.count=20k", "horizon=4min"],
    "02_sweep": ["sweep", "rolling-deploy", "phones.count=4k", "horizon=8min"],
}


def results(squall, folder, verb, experiment, *sets):
    """The results of an experiment. An objective that fails (99) is a result, too."""
    arguments = [squall, verb, EXPERIMENTS / f"{experiment}.yaml", "--output", folder, "--quiet"]
    arguments += [part for one in sets for part in ("--set", one)]
    done = subprocess.run(arguments, stdout=subprocess.DEVNULL)
    if done.returncode not in (0, 99):
        sys.exit(f"squall {verb} {experiment} ends with {done.returncode}")


def execute(path, folder):
    """The notebook with its outputs."""
    os.environ["SQUALL_RESULTS"] = str(folder)
    notebook = nbformat.read(path, as_version=4)
    options = {"timeout": 300, "resources": {"metadata": {"path": str(HERE)}}}
    # It talks to this machine alone, and need not warn that it does so in the clear.
    quiet = ["--IPKernelApp.log_level=40"]
    return NotebookClient(notebook, extra_arguments=quiet, **options).execute()


def keep_pictures(notebook, name, folder):
    """Every chart as a PNG file."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    shown = [output.get("data", {}) for output in outputs]
    charts = [data["image/png"] for data in shown if "image/png" in data]
    for place, chart in enumerate(charts):
        (folder / f"{name}-{place}.png").write_bytes(base64.b64decode(chart))
    return len(charts)


def main():
    squall = Path(sys.argv[1]).resolve()
    pictures = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    paths = sorted(HERE.glob("*.ipynb"))
    if [path.stem for path in paths] != sorted(SHORT):
        sys.exit("each notebook needs its short form in run.py")
    with tempfile.TemporaryDirectory() as scratch:
        for path in paths:
            folder = Path(scratch) / path.stem
            results(squall, folder, *SHORT[path.stem])
            notebook = execute(path, folder)
            kept = pictures or Path(scratch)
            charts = keep_pictures(notebook, path.stem, kept)
            print(f"{path.name}: {len(notebook.cells)} cells, {charts} charts")


if __name__ == "__main__":
    main()
