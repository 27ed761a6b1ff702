-- DuckDB. Made by `cargo xtask docs`; change the code, not this page.
-- For your own lake: auditlake schema ddl duckdb --lake URL

CREATE OR REPLACE VIEW "events" AS
SELECT *
FROM read_parquet(
  'LAKE/events/**/*.parquet',
  hive_partitioning = true,
  hive_types = {'class_name': VARCHAR, 'event_day': DATE}
);

COMMENT ON COLUMN "events"."time" IS 'When it happened (`CreationTime`, UTC), in milliseconds since 1970.';
COMMENT ON COLUMN "events"."time_dt" IS '`time` as a timestamp: what partitions and sorting use.';
COMMENT ON COLUMN "events"."class_uid" IS 'OCSF class.';
COMMENT ON COLUMN "events"."class_name" IS 'Caption of the class.';
COMMENT ON COLUMN "events"."category_uid" IS 'OCSF category.';
COMMENT ON COLUMN "events"."category_name" IS 'Caption of the category.';
COMMENT ON COLUMN "events"."activity_id" IS 'OCSF activity within the class.';
COMMENT ON COLUMN "events"."activity_name" IS 'Caption of the activity; the operation as sent when it is 99 Other.';
COMMENT ON COLUMN "events"."type_uid" IS '`class_uid` × 100 + `activity_id`.';
COMMENT ON COLUMN "events"."type_name" IS 'Class and activity captions.';
COMMENT ON COLUMN "events"."severity_id" IS 'OCSF severity: 1 Informational, 2 Low, 3 Medium, 4 High.';
COMMENT ON COLUMN "events"."severity" IS 'Caption of `severity_id`.';
COMMENT ON COLUMN "events"."status_id" IS 'OCSF outcome: 1 Success, 2 Failure (findings: 1 New, 3 Suppressed, 4 Resolved), 0 Unknown, 99 Other.';
COMMENT ON COLUMN "events"."status" IS 'Caption of `status_id`, or the record''s words.';
COMMENT ON COLUMN "events"."status_code" IS 'Error number.';
COMMENT ON COLUMN "events"."status_detail" IS 'Error text.';
COMMENT ON COLUMN "events"."message" IS 'What happened, in a line.';
COMMENT ON COLUMN "events"."count" IS 'How many operations the record stands for (`OperationCount`).';
COMMENT ON COLUMN "events"."metadata" IS 'About the record itself.';
COMMENT ON COLUMN "events"."cloud" IS 'The cloud and tenant.';
COMMENT ON COLUMN "events"."actor" IS 'Who did it, and through what.';
COMMENT ON COLUMN "events"."src_endpoint" IS 'From where.';
COMMENT ON COLUMN "events"."dst_endpoint" IS 'To where.';
COMMENT ON COLUMN "events"."http_request" IS 'Request of the client.';
COMMENT ON COLUMN "events"."device" IS 'Device of the actor.';
COMMENT ON COLUMN "events"."user" IS 'On whom: the account that signs in, is changed, gains or loses.';
COMMENT ON COLUMN "events"."session" IS 'Session that a sign-in opened.';
COMMENT ON COLUMN "events"."service" IS 'Service that was signed in to.';
COMMENT ON COLUMN "events"."auth_protocol_id" IS 'OCSF authentication protocol: 5 SAML, 6 OAUTH 2.0.';
COMMENT ON COLUMN "events"."auth_protocol" IS 'Caption of `auth_protocol_id`.';
COMMENT ON COLUMN "events"."is_remote" IS 'Whether the sign-in came over a network.';
COMMENT ON COLUMN "events"."is_mfa" IS 'Whether a second factor was used, where the record says so.';
COMMENT ON COLUMN "events"."entity" IS 'What was changed in the directory or configuration.';
COMMENT ON COLUMN "events"."group" IS 'Group whose membership or existence changed.';
COMMENT ON COLUMN "events"."subgroup" IS 'Group that joined or left the group.';
COMMENT ON COLUMN "events"."privileges" IS 'Roles, scopes or rights that were given or taken.';
COMMENT ON COLUMN "events"."resources" IS 'What was acted on: the mailbox first, then messages; or the object of a cmdlet.';
COMMENT ON COLUMN "events"."api" IS 'The operation, where no class says more.';
COMMENT ON COLUMN "events"."file" IS 'File or folder that was acted on.';
COMMENT ON COLUMN "events"."file_result" IS 'The file after a rename, copy or move.';
COMMENT ON COLUMN "events"."share" IS 'Kind of sharing link or grant.';
COMMENT ON COLUMN "events"."access_list" IS 'Whom the item was shared with, and permissions given.';
COMMENT ON COLUMN "events"."expiration_time" IS 'When a sharing link expires; milliseconds.';
COMMENT ON COLUMN "events"."web_resources" IS 'Pages, lists, sites, messages, reports and the like.';
COMMENT ON COLUMN "events"."app" IS 'Application that was installed, removed or run.';
COMMENT ON COLUMN "events"."database" IS 'Database that was read or changed.';
COMMENT ON COLUMN "events"."table" IS 'Table that was read or changed.';
COMMENT ON COLUMN "events"."query_info" IS 'Query that was run.';
COMMENT ON COLUMN "events"."email" IS 'Message that was sent or scanned.';
COMMENT ON COLUMN "events"."direction_id" IS 'OCSF direction of a message: 1 Inbound, 2 Outbound, 3 Internal, 0 Unknown.';
COMMENT ON COLUMN "events"."direction" IS 'Caption of `direction_id`.';
COMMENT ON COLUMN "events"."finding_info" IS 'The finding.';
COMMENT ON COLUMN "events"."is_alert" IS 'Whether the finding is an alert.';
COMMENT ON COLUMN "events"."comment" IS 'Comment: changed property names, a reviewer''s words.';
COMMENT ON COLUMN "events"."action_id" IS 'OCSF action of a control: 1 Allowed, 2 Denied, 3 Observed, 4 Modified.';
COMMENT ON COLUMN "events"."action" IS 'Caption of `action_id`.';
COMMENT ON COLUMN "events"."disposition_id" IS 'OCSF disposition: 1 Allowed, 2 Blocked, 3 Quarantined, 5 Deleted, …';
COMMENT ON COLUMN "events"."disposition" IS 'Caption of `disposition_id`.';
COMMENT ON COLUMN "events"."policy" IS 'Policy that a control applied.';
COMMENT ON COLUMN "events"."malware" IS 'Malware that was found.';
COMMENT ON COLUMN "events"."data_security" IS 'What a DLP policy found.';
COMMENT ON COLUMN "events"."evidences" IS 'Evidence of a finding.';
COMMENT ON COLUMN "events"."log_name" IS 'Log that was switched on or off.';
COMMENT ON COLUMN "events"."log_provider" IS 'Provider of that log.';
COMMENT ON COLUMN "events"."log_type_id" IS '2 Application.';
COMMENT ON COLUMN "events"."log_type" IS 'Caption of `log_type_id`.';
COMMENT ON COLUMN "events"."observables" IS 'Addresses, names, files and links of the event, to search in one place.';
COMMENT ON COLUMN "events"."unmapped" IS 'Members of the record that no column took, as JSON text.';
COMMENT ON COLUMN "events"."raw_data" IS 'The record as it came, byte for byte.';
COMMENT ON COLUMN "events"."auditlake" IS 'Provenance. The one column that is not OCSF''s.';
COMMENT ON COLUMN "events"."risk_level_id" IS 'OCSF risk level: 0 Info, 1 Low, 2 Medium, 3 High, 4 Critical, 99 Other.';
COMMENT ON COLUMN "events"."risk_level" IS 'Caption of `risk_level_id`, or the record''s words.';
COMMENT ON COLUMN "events"."web_resources_result" IS 'What came of a copy, a move or a rename.';
COMMENT ON COLUMN "events"."ai_model" IS 'Model that answered.';
COMMENT ON COLUMN "events"."message_context" IS 'The conversation with an AI model.';
COMMENT ON COLUMN "events"."email_auth" IS 'How the sender of a message was authenticated.';
COMMENT ON COLUMN "events"."confidence_score" IS 'Highest confidence among the sensitive information that was found, 0 to 100.';
