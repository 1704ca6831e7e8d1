/** MLflow's tracking protocol over the same rows: experiments, runs, metrics, artifacts, search (ADR "Runs of other programs"). */
@NullMarked
package dev.runyard.service.mlflow;

import org.jspecify.annotations.NullMarked;
