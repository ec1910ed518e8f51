"""What MLflow's own client sees of a registered model, as JSON: read_back.py MODEL"""

import json
import os
import sys
import tempfile

import mlflow
from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts

name = sys.argv[1]
client = MlflowClient()
model = client.get_registered_model(name)
versions = sorted(client.search_model_versions(f"name = '{name}'"), key=lambda v: int(v.version))


def files_below(folder):
    found = {}
    for parent, _, names in os.walk(folder):
        for file in names:
            path = os.path.join(parent, file)
            with open(path, "rb") as opened:
                found[os.path.relpath(path, folder)] = opened.read().hex()
    return found


def seen(version):
    run = client.get_run(version.run_id)
    with tempfile.TemporaryDirectory() as of_run, tempfile.TemporaryDirectory() as of_model:
        artifacts = files_below(download_artifacts(run_id=version.run_id, dst_path=of_run))
        download_artifacts(artifact_uri=f"models:/{name}/{version.version}", dst_path=of_model)
        model_files = sorted(files_below(of_model))
    info = mlflow.models.get_model_info(f"models:/{name}/{version.version}")
    return {
        "version": int(version.version),
        "status": version.status,
        "tags": version.tags,
        "description": version.description,
        "aliases": list(client.get_model_version(name, version.version).aliases),
        "run": {
            "name": run.info.run_name,
            "status": run.info.status,
            "artifactUri": run.info.artifact_uri,
            "params": run.data.params,
            "metrics": run.data.metrics,
            "tags": run.data.tags,
            "datasets": [
                {
                    "name": given.dataset.name,
                    "digest": given.dataset.digest,
                    "columns": len(json.loads(given.dataset.schema)["mlflow_colspec"]),
                    "tags": {tag.key: tag.value for tag in given.tags},
                }
                for given in run.inputs.dataset_inputs
            ],
        },
        "artifacts": artifacts,
        "modelFiles": model_files,
        "inputs": info.signature.inputs.input_names(),
        "outputs": info.signature.outputs.input_names(),
        "flavors": info.flavors,
    }


print(json.dumps({"aliases": model.aliases, "tags": model.tags, "versions": [seen(version) for version in versions]}))
