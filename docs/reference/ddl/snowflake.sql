-- Snowflake. Made by `cargo xtask docs`; change the code, not this page.
-- For your own lake: auditlake schema ddl snowflake --lake URL

CREATE STAGE IF NOT EXISTS "EVENTS_STAGE"
  URL = 's3://BUCKET/LAKE/events/'
  STORAGE_INTEGRATION = INTEGRATION;

CREATE OR REPLACE EXTERNAL TABLE "EVENTS" (
  -- When it happened (`CreationTime`, UTC), in milliseconds since 1970.
  "TIME" NUMBER(38, 0) AS (VALUE:"time"::NUMBER(38, 0)),
  -- `time` as a timestamp: what partitions and sorting use.
  "TIME_DT" TIMESTAMP_LTZ(6) AS (VALUE:"time_dt"::TIMESTAMP_LTZ(6)),
  -- OCSF class.
  "CLASS_UID" NUMBER(38, 0) AS (VALUE:"class_uid"::NUMBER(38, 0)),
  -- OCSF category.
  "CATEGORY_UID" NUMBER(38, 0) AS (VALUE:"category_uid"::NUMBER(38, 0)),
  -- Caption of the category.
  "CATEGORY_NAME" VARCHAR AS (VALUE:"category_name"::VARCHAR),
  -- OCSF activity within the class.
  "ACTIVITY_ID" NUMBER(38, 0) AS (VALUE:"activity_id"::NUMBER(38, 0)),
  -- Caption of the activity; the operation as sent when it is 99 Other.
  "ACTIVITY_NAME" VARCHAR AS (VALUE:"activity_name"::VARCHAR),
  -- `class_uid` × 100 + `activity_id`.
  "TYPE_UID" NUMBER(38, 0) AS (VALUE:"type_uid"::NUMBER(38, 0)),
  -- Class and activity captions.
  "TYPE_NAME" VARCHAR AS (VALUE:"type_name"::VARCHAR),
  -- OCSF severity: 1 Informational, 2 Low, 3 Medium, 4 High.
  "SEVERITY_ID" NUMBER(38, 0) AS (VALUE:"severity_id"::NUMBER(38, 0)),
  -- Caption of `severity_id`.
  "SEVERITY" VARCHAR AS (VALUE:"severity"::VARCHAR),
  -- OCSF outcome: 1 Success, 2 Failure (findings: 1 New, 3 Suppressed, 4 Resolved), 0 Unknown, 99 Other.
  "STATUS_ID" NUMBER(38, 0) AS (VALUE:"status_id"::NUMBER(38, 0)),
  -- Caption of `status_id`, or the record's words.
  "STATUS" VARCHAR AS (VALUE:"status"::VARCHAR),
  -- Error number.
  "STATUS_CODE" VARCHAR AS (VALUE:"status_code"::VARCHAR),
  -- Error text.
  "STATUS_DETAIL" VARCHAR AS (VALUE:"status_detail"::VARCHAR),
  -- What happened, in a line.
  "MESSAGE" VARCHAR AS (VALUE:"message"::VARCHAR),
  -- How many operations the record stands for (`OperationCount`).
  "COUNT" NUMBER(38, 0) AS (VALUE:"count"::NUMBER(38, 0)),
  -- About the record itself.
  "METADATA" VARIANT AS (VALUE:"metadata"::VARIANT),
  -- The cloud and tenant.
  "CLOUD" VARIANT AS (VALUE:"cloud"::VARIANT),
  -- Who did it, and through what.
  "ACTOR" VARIANT AS (VALUE:"actor"::VARIANT),
  -- From where.
  "SRC_ENDPOINT" VARIANT AS (VALUE:"src_endpoint"::VARIANT),
  -- To where.
  "DST_ENDPOINT" VARIANT AS (VALUE:"dst_endpoint"::VARIANT),
  -- Request of the client.
  "HTTP_REQUEST" VARIANT AS (VALUE:"http_request"::VARIANT),
  -- Device of the actor.
  "DEVICE" VARIANT AS (VALUE:"device"::VARIANT),
  -- On whom: the account that signs in, is changed, gains or loses.
  "USER" VARIANT AS (VALUE:"user"::VARIANT),
  -- Session that a sign-in opened.
  "SESSION" VARIANT AS (VALUE:"session"::VARIANT),
  -- Service that was signed in to.
  "SERVICE" VARIANT AS (VALUE:"service"::VARIANT),
  -- OCSF authentication protocol: 5 SAML, 6 OAUTH 2.0.
  "AUTH_PROTOCOL_ID" NUMBER(38, 0) AS (VALUE:"auth_protocol_id"::NUMBER(38, 0)),
  -- Caption of `auth_protocol_id`.
  "AUTH_PROTOCOL" VARCHAR AS (VALUE:"auth_protocol"::VARCHAR),
  -- Whether the sign-in came over a network.
  "IS_REMOTE" BOOLEAN AS (VALUE:"is_remote"::BOOLEAN),
  -- Whether a second factor was used, where the record says so.
  "IS_MFA" BOOLEAN AS (VALUE:"is_mfa"::BOOLEAN),
  -- What was changed in the directory or configuration.
  "ENTITY" VARIANT AS (VALUE:"entity"::VARIANT),
  -- Group whose membership or existence changed.
  "GROUP" VARIANT AS (VALUE:"group"::VARIANT),
  -- Group that joined or left the group.
  "SUBGROUP" VARIANT AS (VALUE:"subgroup"::VARIANT),
  -- Roles, scopes or rights that were given or taken.
  "PRIVILEGES" VARIANT AS (VALUE:"privileges"::VARIANT),
  -- What was acted on: the mailbox first, then messages; or the object of a cmdlet.
  "RESOURCES" VARIANT AS (VALUE:"resources"::VARIANT),
  -- The operation, where no class says more.
  "API" VARIANT AS (VALUE:"api"::VARIANT),
  -- File or folder that was acted on.
  "FILE" VARIANT AS (VALUE:"file"::VARIANT),
  -- The file after a rename, copy or move.
  "FILE_RESULT" VARIANT AS (VALUE:"file_result"::VARIANT),
  -- Kind of sharing link or grant.
  "SHARE" VARCHAR AS (VALUE:"share"::VARCHAR),
  -- Whom the item was shared with, and permissions given.
  "ACCESS_LIST" VARIANT AS (VALUE:"access_list"::VARIANT),
  -- When a sharing link expires; milliseconds.
  "EXPIRATION_TIME" NUMBER(38, 0) AS (VALUE:"expiration_time"::NUMBER(38, 0)),
  -- Pages, lists, sites, messages, reports and the like.
  "WEB_RESOURCES" VARIANT AS (VALUE:"web_resources"::VARIANT),
  -- Application that was installed, removed or run.
  "APP" VARIANT AS (VALUE:"app"::VARIANT),
  -- Database that was read or changed.
  "DATABASE" VARIANT AS (VALUE:"database"::VARIANT),
  -- Table that was read or changed.
  "TABLE" VARIANT AS (VALUE:"table"::VARIANT),
  -- Query that was run.
  "QUERY_INFO" VARIANT AS (VALUE:"query_info"::VARIANT),
  -- Message that was sent or scanned.
  "EMAIL" VARIANT AS (VALUE:"email"::VARIANT),
  -- OCSF direction of a message: 1 Inbound, 2 Outbound, 3 Internal, 0 Unknown.
  "DIRECTION_ID" NUMBER(38, 0) AS (VALUE:"direction_id"::NUMBER(38, 0)),
  -- Caption of `direction_id`.
  "DIRECTION" VARCHAR AS (VALUE:"direction"::VARCHAR),
  -- The finding.
  "FINDING_INFO" VARIANT AS (VALUE:"finding_info"::VARIANT),
  -- Whether the finding is an alert.
  "IS_ALERT" BOOLEAN AS (VALUE:"is_alert"::BOOLEAN),
  -- Comment: changed property names, a reviewer's words.
  "COMMENT" VARCHAR AS (VALUE:"comment"::VARCHAR),
  -- OCSF action of a control: 1 Allowed, 2 Denied, 3 Observed, 4 Modified.
  "ACTION_ID" NUMBER(38, 0) AS (VALUE:"action_id"::NUMBER(38, 0)),
  -- Caption of `action_id`.
  "ACTION" VARCHAR AS (VALUE:"action"::VARCHAR),
  -- OCSF disposition: 1 Allowed, 2 Blocked, 3 Quarantined, 5 Deleted, …
  "DISPOSITION_ID" NUMBER(38, 0) AS (VALUE:"disposition_id"::NUMBER(38, 0)),
  -- Caption of `disposition_id`.
  "DISPOSITION" VARCHAR AS (VALUE:"disposition"::VARCHAR),
  -- Policy that a control applied.
  "POLICY" VARIANT AS (VALUE:"policy"::VARIANT),
  -- Malware that was found.
  "MALWARE" VARIANT AS (VALUE:"malware"::VARIANT),
  -- What a DLP policy found.
  "DATA_SECURITY" VARIANT AS (VALUE:"data_security"::VARIANT),
  -- Evidence of a finding.
  "EVIDENCES" VARIANT AS (VALUE:"evidences"::VARIANT),
  -- Log that was switched on or off.
  "LOG_NAME" VARCHAR AS (VALUE:"log_name"::VARCHAR),
  -- Provider of that log.
  "LOG_PROVIDER" VARCHAR AS (VALUE:"log_provider"::VARCHAR),
  -- 2 Application.
  "LOG_TYPE_ID" NUMBER(38, 0) AS (VALUE:"log_type_id"::NUMBER(38, 0)),
  -- Caption of `log_type_id`.
  "LOG_TYPE" VARCHAR AS (VALUE:"log_type"::VARCHAR),
  -- Addresses, names, files and links of the event, to search in one place.
  "OBSERVABLES" VARIANT AS (VALUE:"observables"::VARIANT),
  -- Members of the record that no column took, as JSON text.
  "UNMAPPED" VARCHAR AS (VALUE:"unmapped"::VARCHAR),
  -- The record as it came, byte for byte.
  "RAW_DATA" VARCHAR AS (VALUE:"raw_data"::VARCHAR),
  -- Provenance. The one column that is not OCSF's.
  "AUDITLAKE" VARIANT AS (VALUE:"auditlake"::VARIANT),
  -- OCSF risk level: 0 Info, 1 Low, 2 Medium, 3 High, 4 Critical, 99 Other.
  "RISK_LEVEL_ID" NUMBER(38, 0) AS (VALUE:"risk_level_id"::NUMBER(38, 0)),
  -- Caption of `risk_level_id`, or the record's words.
  "RISK_LEVEL" VARCHAR AS (VALUE:"risk_level"::VARCHAR),
  -- What came of a copy, a move or a rename.
  "WEB_RESOURCES_RESULT" VARIANT AS (VALUE:"web_resources_result"::VARIANT),
  -- Model that answered.
  "AI_MODEL" VARIANT AS (VALUE:"ai_model"::VARIANT),
  -- The conversation with an AI model.
  "MESSAGE_CONTEXT" VARIANT AS (VALUE:"message_context"::VARIANT),
  -- How the sender of a message was authenticated.
  "EMAIL_AUTH" VARIANT AS (VALUE:"email_auth"::VARIANT),
  -- Highest confidence among the sensitive information that was found, 0 to 100.
  "CONFIDENCE_SCORE" NUMBER(38, 0) AS (VALUE:"confidence_score"::NUMBER(38, 0)),
  "CLASS_NAME" VARCHAR AS (SPLIT_PART(SPLIT_PART(METADATA$FILENAME, 'class_name=', 2), '/', 1)::VARCHAR),
  "EVENT_DAY" DATE AS (SPLIT_PART(SPLIT_PART(METADATA$FILENAME, 'event_day=', 2), '/', 1)::DATE)
)
PARTITION BY ("CLASS_NAME", "EVENT_DAY")
LOCATION = @"EVENTS_STAGE"
AUTO_REFRESH = FALSE
FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE);

-- Again whenever there are new files.
ALTER EXTERNAL TABLE "EVENTS" REFRESH;
