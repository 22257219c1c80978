#!/usr/bin/env bash
# Brings Vortex to Google Cloud: a job for runs, a job for backups, their schedules, and on request the service.
#   PROJECT_ID=my-project REGION=us-east1 NFS_SERVER=10.0.0.2 deploy/gcp/deploy.sh [--service]
# NFS_SERVER is a Filestore instance with a share /vortex that belongs to uid 1000. Run it again after a change; what is there
# stays. Fill the secrets once: printf %s 'you@example.com' | gcloud secrets versions add vortex-barchart-username --data-file=-
set -euo pipefail
: "${PROJECT_ID:?the project}" "${REGION:?such as us-east1}" "${NFS_SERVER:?address of the Filestore instance}"
folder=$(dirname "${BASH_SOURCE[0]}")
account="vortex@$PROJECT_ID.iam.gserviceaccount.com"
bucket="$PROJECT_ID-vortex-backups"

cloud() { gcloud --project "$PROJECT_ID" --quiet "$@"; }
filled() { sed -e "s/PROJECT_ID/$PROJECT_ID/g" -e "s/REGION/$REGION/g" -e "s/NFS_SERVER/$NFS_SERVER/g" "$folder/$1"; }
ensure() { # ensure THING… : create it unless `describe` finds it; what follows -- is for create only
  local thing=()
  while [ "$1" != -- ]; do thing+=("$1"); shift; done
  shift
  local verb_at=$((${#thing[@]} - 1))
  local name=${thing[$verb_at]} group=("${thing[@]:0:$verb_at}")
  cloud "${group[@]}" describe "$name" ${where[@]+"${where[@]}"} >/dev/null 2>&1 ||
    cloud "${group[@]}" create "$name" ${where[@]+"${where[@]}"} "$@"
}

cloud services enable run.googleapis.com cloudscheduler.googleapis.com secretmanager.googleapis.com \
  artifactregistry.googleapis.com storage.googleapis.com

# Cloud Run reads images from here; this repository reads them from where they are published.
where=(--location "$REGION")
ensure artifacts repositories ghcr -- --repository-format=docker --mode=remote-repository \
  --remote-docker-repo=https://ghcr.io

where=()
cloud iam service-accounts describe "$account" >/dev/null 2>&1 ||
  cloud iam service-accounts create vortex --display-name Vortex
for secret in vortex-barchart-username vortex-barchart-password vortex-serve-token; do
  ensure secrets "$secret" -- --replication-policy=automatic
  # A job does not start while a secret has no version: an empty one lets it say that the account is missing.
  if [ -z "$(cloud secrets versions list "$secret" --limit 1 --format 'value(name)')" ]; then
    printf ' ' | cloud secrets versions add "$secret" --data-file=- >/dev/null
  fi
  cloud secrets add-iam-policy-binding "$secret" --member "serviceAccount:$account" \
    --role roles/secretmanager.secretAccessor >/dev/null
done

# Backups: versions, closed to the public, in two regions of the continent.
cloud storage buckets describe "gs://$bucket" >/dev/null 2>&1 ||
  cloud storage buckets create "gs://$bucket" --location us --uniform-bucket-level-access --public-access-prevention
cloud storage buckets update "gs://$bucket" --versioning
cloud storage buckets add-iam-policy-binding "gs://$bucket" --member "serviceAccount:$account" \
  --role roles/storage.objectUser >/dev/null

for job in download backup; do
  filled "$job-job.yaml" | cloud run jobs replace - --region "$REGION"
  cloud run jobs add-iam-policy-binding "vortex-$job" --region "$REGION" --member "serviceAccount:$account" \
    --role roles/run.invoker >/dev/null
done

schedule() { # schedule JOB CRON : in New York, summer and winter
  local verb=create
  cloud scheduler jobs describe "$1" --location "$REGION" >/dev/null 2>&1 && verb=update
  cloud scheduler jobs "$verb" http "$1" --location "$REGION" --schedule "$2" --time-zone America/New_York \
    --uri "https://run.googleapis.com/v2/projects/$PROJECT_ID/locations/$REGION/jobs/$1:run" --http-method POST \
    --oauth-service-account-email "$account" --max-retry-attempts 3
}
schedule vortex-download '0 6 * * 1-5'
schedule vortex-backup '0 20 * * 1-5'

if [ "${1:-}" = --service ]; then
  filled service.yaml | cloud run services replace - --region "$REGION"
fi
