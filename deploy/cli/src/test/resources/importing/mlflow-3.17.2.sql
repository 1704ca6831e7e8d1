-- What MLflow 3.17.2 keeps of two runs and a deleted one in SQLite: the tables that an import reads.
BEGIN TRANSACTION;
CREATE TABLE "runs" (
	run_uuid VARCHAR(32) NOT NULL, 
	name VARCHAR(250), 
	source_type VARCHAR(20), 
	source_name VARCHAR(500), 
	entry_point_name VARCHAR(50), 
	user_id VARCHAR(256), 
	status VARCHAR(9), 
	start_time BIGINT, 
	end_time BIGINT, 
	source_version VARCHAR(50), 
	lifecycle_stage VARCHAR(20), 
	artifact_uri VARCHAR(200), 
	experiment_id INTEGER, deleted_time BIGINT, 
	CONSTRAINT run_pk PRIMARY KEY (run_uuid), 
	CONSTRAINT runs_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	CONSTRAINT source_type CHECK (source_type IN ('NOTEBOOK', 'JOB', 'LOCAL', 'UNKNOWN', 'PROJECT')), 
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED'))
);
CREATE TABLE "latest_metrics" (
	"key" VARCHAR(250) NOT NULL, 
	value FLOAT NOT NULL, 
	timestamp BIGINT, 
	step BIGINT NOT NULL, 
	is_nan BOOLEAN NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT latest_metric_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid), 
	CHECK (is_nan IN (0, 1))
);
CREATE TABLE "metrics" (
	"key" VARCHAR(250) NOT NULL, 
	value FLOAT NOT NULL, 
	timestamp BIGINT NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	step BIGINT DEFAULT '0' NOT NULL, 
	is_nan BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT metric_pk PRIMARY KEY ("key", timestamp, step, run_uuid, value, is_nan), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid), 
	CHECK (is_nan IN (0, 1))
);
CREATE TABLE inputs (
	input_uuid VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, step BIGINT DEFAULT '0' NOT NULL, 
	CONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
CREATE TABLE "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
CREATE TABLE "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
CREATE TABLE "datasets" (
	dataset_uuid VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(500) NOT NULL, 
	digest VARCHAR(36) NOT NULL, 
	dataset_source_type VARCHAR(36) NOT NULL, 
	dataset_source TEXT NOT NULL, 
	dataset_schema TEXT, 
	dataset_profile TEXT, 
	CONSTRAINT dataset_pk PRIMARY KEY (experiment_id, name, digest), 
	CONSTRAINT fk_datasets_experiment_id_experiments FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE
);
CREATE TABLE input_tags (
	input_uuid VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	value VARCHAR(500) NOT NULL, 
	CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)
);
CREATE TABLE "experiments" (
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	artifact_location VARCHAR(256), 
	lifecycle_stage VARCHAR(32), 
	creation_time BIGINT, 
	last_update_time BIGINT, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT experiment_pk PRIMARY KEY (experiment_id), 
	CONSTRAINT experiments_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	CONSTRAINT uq_experiments_workspace_name UNIQUE (workspace, name)
);
INSERT INTO experiments (experiment_id,name,artifact_location,lifecycle_stage,creation_time,last_update_time,workspace) VALUES (0,'Default','/tmp/mlruns/0','active',1795754697684,1795754697684,'default');
INSERT INTO experiments (experiment_id,name,artifact_location,lifecycle_stage,creation_time,last_update_time,workspace) VALUES (1,'old-net','mlflow-artifacts:/1','active',1795754697698,1795754697698,'default');
INSERT INTO runs (run_uuid,name,source_type,source_name,entry_point_name,user_id,status,start_time,end_time,source_version,lifecycle_stage,artifact_uri,experiment_id,deleted_time) VALUES ('3a505477db9045659a748b74f970932f','first','UNKNOWN','','','ada','FINISHED',1764190000000,1764190004000,'','active','mlflow-artifacts:/1/3a505477db9045659a748b74f970932f/artifacts',1,NULL);
INSERT INTO runs (run_uuid,name,source_type,source_name,entry_point_name,user_id,status,start_time,end_time,source_version,lifecycle_stage,artifact_uri,experiment_id,deleted_time) VALUES ('74d3e02b1d5e45b9b30d75f388258d0b','second','UNKNOWN','','','unknown','FAILED',1764190010000,1764190012000,'','active','mlflow-artifacts:/1/74d3e02b1d5e45b9b30d75f388258d0b/artifacts',1,NULL);
INSERT INTO runs (run_uuid,name,source_type,source_name,entry_point_name,user_id,status,start_time,end_time,source_version,lifecycle_stage,artifact_uri,experiment_id,deleted_time) VALUES ('30d0939987794ac99b7771cc9b191992','gone','UNKNOWN','','','unknown','RUNNING',1764190020000,NULL,'','deleted','mlflow-artifacts:/1/30d0939987794ac99b7771cc9b191992/artifacts',1,1795754697879);
INSERT INTO params (key,value,run_uuid) VALUES ('lr','0.10','3a505477db9045659a748b74f970932f');
INSERT INTO params (key,value,run_uuid) VALUES ('net','resnet','3a505477db9045659a748b74f970932f');
INSERT INTO tags (key,value,run_uuid) VALUES ('team','vision','3a505477db9045659a748b74f970932f');
INSERT INTO tags (key,value,run_uuid) VALUES ('mlflow.user','ada','3a505477db9045659a748b74f970932f');
INSERT INTO tags (key,value,run_uuid) VALUES ('mlflow.runName','first','3a505477db9045659a748b74f970932f');
INSERT INTO tags (key,value,run_uuid) VALUES ('mlflow.runName','second','74d3e02b1d5e45b9b30d75f388258d0b');
INSERT INTO tags (key,value,run_uuid) VALUES ('mlflow.runName','gone','30d0939987794ac99b7771cc9b191992');
INSERT INTO tags (key,value,run_uuid) VALUES ('mlflow.note.content','**why** it was done','3a505477db9045659a748b74f970932f');
INSERT INTO tags (key,value,run_uuid) VALUES ('mlflow.parentRunId','3a505477db9045659a748b74f970932f','74d3e02b1d5e45b9b30d75f388258d0b');
INSERT INTO datasets (dataset_uuid,experiment_id,name,digest,dataset_source_type,dataset_source,dataset_schema,dataset_profile) VALUES ('831c0209e0c948029d884d9147051ca7',1,'birds','fbc06655','local','{"uri": "/data/birds.csv"}','{"mlflow_colspec": [{"type": "double", "name": "x", "required": true}]}',NULL);
INSERT INTO inputs (input_uuid,source_type,source_id,destination_type,destination_id,step) VALUES ('cc4217a9cc774823955b2974a7dbec85','DATASET','831c0209e0c948029d884d9147051ca7','RUN','74d3e02b1d5e45b9b30d75f388258d0b',0);
INSERT INTO input_tags (input_uuid,name,value) VALUES ('cc4217a9cc774823955b2974a7dbec85','mlflow.data.context','training');
INSERT INTO metrics (key,value,timestamp,run_uuid,step,is_nan) VALUES ('loss',0.5,1764190000000,'3a505477db9045659a748b74f970932f',0,0);
INSERT INTO metrics (key,value,timestamp,run_uuid,step,is_nan) VALUES ('loss',0.0,1764190001000,'3a505477db9045659a748b74f970932f',1,1);
INSERT INTO metrics (key,value,timestamp,run_uuid,step,is_nan) VALUES ('loss',0.25,1764190002000,'3a505477db9045659a748b74f970932f',2,0);
INSERT INTO metrics (key,value,timestamp,run_uuid,step,is_nan) VALUES ('val/acc',0.75,1764190003000,'3a505477db9045659a748b74f970932f',2,0);
INSERT INTO metrics (key,value,timestamp,run_uuid,step,is_nan) VALUES ('loss',1.5,1764190011000,'74d3e02b1d5e45b9b30d75f388258d0b',0,0);
INSERT INTO latest_metrics (key,value,timestamp,step,is_nan,run_uuid) VALUES ('loss',0.25,1764190002000,2,0,'3a505477db9045659a748b74f970932f');
INSERT INTO latest_metrics (key,value,timestamp,step,is_nan,run_uuid) VALUES ('val/acc',0.75,1764190003000,2,0,'3a505477db9045659a748b74f970932f');
INSERT INTO latest_metrics (key,value,timestamp,step,is_nan,run_uuid) VALUES ('loss',1.5,1764190011000,0,0,'74d3e02b1d5e45b9b30d75f388258d0b');
COMMIT;
