-- Trino. Made by `cargo xtask docs`; change the code, not this page.
-- For your own lake: auditlake schema ddl trino --lake URL

CREATE TABLE IF NOT EXISTS "events" (
  "time" bigint COMMENT 'When it happened (`CreationTime`, UTC), in milliseconds since 1970.',
  "time_dt" timestamp(6) COMMENT '`time` as a timestamp: what partitions and sorting use.',
  "class_uid" integer COMMENT 'OCSF class.',
  "category_uid" integer COMMENT 'OCSF category.',
  "category_name" varchar COMMENT 'Caption of the category.',
  "activity_id" integer COMMENT 'OCSF activity within the class.',
  "activity_name" varchar COMMENT 'Caption of the activity; the operation as sent when it is 99 Other.',
  "type_uid" integer COMMENT '`class_uid` × 100 + `activity_id`.',
  "type_name" varchar COMMENT 'Class and activity captions.',
  "severity_id" integer COMMENT 'OCSF severity: 1 Informational, 2 Low, 3 Medium, 4 High.',
  "severity" varchar COMMENT 'Caption of `severity_id`.',
  "status_id" integer COMMENT 'OCSF outcome: 1 Success, 2 Failure (findings: 1 New, 3 Suppressed, 4 Resolved), 0 Unknown, 99 Other.',
  "status" varchar COMMENT 'Caption of `status_id`, or the record''s words.',
  "status_code" varchar COMMENT 'Error number.',
  "status_detail" varchar COMMENT 'Error text.',
  "message" varchar COMMENT 'What happened, in a line.',
  "count" integer COMMENT 'How many operations the record stands for (`OperationCount`).',
  "metadata" row(
    "version" varchar,
    "uid" varchar,
    "original_event_uid" varchar,
    "event_code" varchar,
    "log_name" varchar,
    "log_provider" varchar,
    "log_version" varchar,
    "tenant_uid" varchar,
    "correlation_uid" varchar,
    "original_time" varchar,
    "logged_time" bigint,
    "logged_time_dt" timestamp(6),
    "product" row(
      "name" varchar,
      "vendor_name" varchar,
      "feature" row(
        "uid" varchar,
        "name" varchar
      )
    ),
    "profiles" array(varchar)
  ) COMMENT 'About the record itself.',
  "cloud" row(
    "provider" varchar,
    "region" varchar,
    "account" row(
      "uid" varchar,
      "name" varchar,
      "type_id" integer,
      "type" varchar
    )
  ) COMMENT 'The cloud and tenant.',
  "actor" row(
    "user" row(
      "name" varchar,
      "uid" varchar,
      "uid_alt" varchar,
      "display_name" varchar,
      "email_addr" varchar,
      "domain" varchar,
      "type_id" integer,
      "type" varchar
    ),
    "app_name" varchar,
    "app_uid" varchar,
    "session" row(
      "uid" varchar,
      "uid_alt" varchar,
      "issuer" varchar
    )
  ) COMMENT 'Who did it, and through what.',
  "src_endpoint" row(
    "ip" varchar,
    "port" integer,
    "hostname" varchar,
    "svc_name" varchar,
    "uid" varchar,
    "os" row(
      "name" varchar,
      "type_id" integer,
      "type" varchar
    )
  ) COMMENT 'From where.',
  "dst_endpoint" row(
    "ip" varchar,
    "port" integer,
    "hostname" varchar,
    "svc_name" varchar,
    "uid" varchar
  ) COMMENT 'To where.',
  "http_request" row(
    "user_agent" varchar,
    "url" row(
      "url_string" varchar,
      "hostname" varchar
    )
  ) COMMENT 'Request of the client.',
  "device" row(
    "hostname" varchar,
    "uid" varchar,
    "type_id" integer,
    "type" varchar,
    "os" row(
      "name" varchar,
      "type_id" integer,
      "type" varchar
    ),
    "is_compliant" boolean,
    "is_managed" boolean,
    "ip" varchar
  ) COMMENT 'Device of the actor.',
  "user" row(
    "name" varchar,
    "uid" varchar,
    "uid_alt" varchar,
    "display_name" varchar,
    "email_addr" varchar,
    "domain" varchar,
    "type_id" integer,
    "type" varchar
  ) COMMENT 'On whom: the account that signs in, is changed, gains or loses.',
  "session" row(
    "uid" varchar,
    "uid_alt" varchar,
    "issuer" varchar
  ) COMMENT 'Session that a sign-in opened.',
  "service" row(
    "name" varchar,
    "uid" varchar
  ) COMMENT 'Service that was signed in to.',
  "auth_protocol_id" integer COMMENT 'OCSF authentication protocol: 5 SAML, 6 OAUTH 2.0.',
  "auth_protocol" varchar COMMENT 'Caption of `auth_protocol_id`.',
  "is_remote" boolean COMMENT 'Whether the sign-in came over a network.',
  "is_mfa" boolean COMMENT 'Whether a second factor was used, where the record says so.',
  "entity" row(
    "type_id" integer,
    "type" varchar,
    "name" varchar,
    "uid" varchar,
    "user" row(
      "name" varchar,
      "uid" varchar,
      "uid_alt" varchar,
      "display_name" varchar,
      "email_addr" varchar,
      "domain" varchar,
      "type_id" integer,
      "type" varchar
    ),
    "group" row(
      "name" varchar,
      "uid" varchar,
      "type" varchar,
      "uid_alt" varchar
    ),
    "policy" row(
      "name" varchar,
      "uid" varchar,
      "type" varchar
    ),
    "data" varchar
  ) COMMENT 'What was changed in the directory or configuration.',
  "group" row(
    "name" varchar,
    "uid" varchar,
    "type" varchar,
    "uid_alt" varchar
  ) COMMENT 'Group whose membership or existence changed.',
  "subgroup" row(
    "name" varchar,
    "uid" varchar,
    "type" varchar,
    "uid_alt" varchar
  ) COMMENT 'Group that joined or left the group.',
  "privileges" array(varchar) COMMENT 'Roles, scopes or rights that were given or taken.',
  "resources" array(row(
    "name" varchar,
    "uid" varchar,
    "type" varchar,
    "role_id" integer,
    "role" varchar,
    "data" varchar,
    "owner" row(
      "name" varchar,
      "uid" varchar,
      "email_addr" varchar,
      "forward_addr" varchar
    ),
    "data_classifications" array(row(
      "uid" varchar,
      "confidentiality_id" integer,
      "confidentiality" varchar
    )),
    "tags" array(row(
      "name" varchar,
      "value" varchar
    ))
  )) COMMENT 'What was acted on: the mailbox first, then messages; or the object of a cmdlet.',
  "api" row(
    "operation" varchar,
    "service" row(
      "name" varchar,
      "uid" varchar
    )
  ) COMMENT 'The operation, where no class says more.',
  "file" row(
    "name" varchar,
    "path" varchar,
    "ext" varchar,
    "uid" varchar,
    "size" bigint,
    "type_id" integer,
    "type" varchar,
    "parent_folder" varchar,
    "owner" row(
      "name" varchar,
      "uid" varchar,
      "email_addr" varchar
    ),
    "url" row(
      "url_string" varchar,
      "hostname" varchar
    ),
    "data_classifications" array(row(
      "uid" varchar,
      "confidentiality_id" integer,
      "confidentiality" varchar
    )),
    "hashes" array(row(
      "algorithm_id" integer,
      "algorithm" varchar,
      "value" varchar
    )),
    "tags" array(row(
      "name" varchar,
      "value" varchar
    ))
  ) COMMENT 'File or folder that was acted on.',
  "file_result" row(
    "name" varchar,
    "path" varchar,
    "ext" varchar,
    "type_id" integer,
    "type" varchar
  ) COMMENT 'The file after a rename, copy or move.',
  "share" varchar COMMENT 'Kind of sharing link or grant.',
  "access_list" array(varchar) COMMENT 'Whom the item was shared with, and permissions given.',
  "expiration_time" bigint COMMENT 'When a sharing link expires; milliseconds.',
  "web_resources" array(row(
    "name" varchar,
    "uid" varchar,
    "type" varchar,
    "url_string" varchar,
    "data" varchar,
    "data_classifications" array(row(
      "uid" varchar,
      "confidentiality_id" integer,
      "confidentiality" varchar
    )),
    "labels" array(varchar),
    "tags" array(row(
      "name" varchar,
      "value" varchar
    ))
  )) COMMENT 'Pages, lists, sites, messages, reports and the like.',
  "app" row(
    "name" varchar,
    "uid" varchar,
    "vendor_name" varchar,
    "version" varchar,
    "url_string" varchar
  ) COMMENT 'Application that was installed, removed or run.',
  "database" row(
    "name" varchar,
    "uid" varchar,
    "type_id" integer,
    "type" varchar
  ) COMMENT 'Database that was read or changed.',
  "table" row(
    "name" varchar,
    "uid" varchar
  ) COMMENT 'Table that was read or changed.',
  "query_info" row(
    "name" varchar,
    "uid" varchar,
    "query_string" varchar
  ) COMMENT 'Query that was run.',
  "email" row(
    "from" varchar,
    "return_path" varchar,
    "to" array(varchar),
    "cc" array(varchar),
    "subject" varchar,
    "message_uid" varchar,
    "uid" varchar,
    "size" bigint,
    "x_originating_ip" array(varchar),
    "files" array(row(
      "name" varchar,
      "path" varchar,
      "ext" varchar,
      "type_id" integer,
      "type" varchar,
      "hashes" array(row(
        "algorithm_id" integer,
        "algorithm" varchar,
        "value" varchar
      ))
    )),
    "urls" array(row(
      "url_string" varchar,
      "hostname" varchar
    )),
    "data_classifications" array(row(
      "uid" varchar,
      "confidentiality_id" integer,
      "confidentiality" varchar
    ))
  ) COMMENT 'Message that was sent or scanned.',
  "direction_id" integer COMMENT 'OCSF direction of a message: 1 Inbound, 2 Outbound, 3 Internal, 0 Unknown.',
  "direction" varchar COMMENT 'Caption of `direction_id`.',
  "finding_info" row(
    "uid" varchar,
    "title" varchar,
    "desc" varchar,
    "types" array(varchar),
    "src_url" varchar,
    "analytic" row(
      "name" varchar,
      "uid" varchar,
      "type_id" integer,
      "type" varchar
    )
  ) COMMENT 'The finding.',
  "is_alert" boolean COMMENT 'Whether the finding is an alert.',
  "comment" varchar COMMENT 'Comment: changed property names, a reviewer''s words.',
  "action_id" integer COMMENT 'OCSF action of a control: 1 Allowed, 2 Denied, 3 Observed, 4 Modified.',
  "action" varchar COMMENT 'Caption of `action_id`.',
  "disposition_id" integer COMMENT 'OCSF disposition: 1 Allowed, 2 Blocked, 3 Quarantined, 5 Deleted, …',
  "disposition" varchar COMMENT 'Caption of `disposition_id`.',
  "policy" row(
    "name" varchar,
    "uid" varchar,
    "type" varchar
  ) COMMENT 'Policy that a control applied.',
  "malware" array(row(
    "name" varchar,
    "provider" varchar,
    "classification_ids" array(integer)
  )) COMMENT 'Malware that was found.',
  "data_security" row(
    "policy" row(
      "name" varchar,
      "uid" varchar,
      "type" varchar
    ),
    "discovery_details" array(row(
      "type" varchar,
      "count" integer
    )),
    "detection_system_id" integer,
    "detection_system" varchar,
    "data_lifecycle_state_id" integer,
    "data_lifecycle_state" varchar
  ) COMMENT 'What a DLP policy found.',
  "evidences" array(row(
    "name" varchar,
    "file" row(
      "name" varchar,
      "path" varchar,
      "ext" varchar,
      "type_id" integer,
      "type" varchar,
      "hashes" array(row(
        "algorithm_id" integer,
        "algorithm" varchar,
        "value" varchar
      ))
    ),
    "user" row(
      "name" varchar,
      "uid" varchar,
      "email_addr" varchar
    ),
    "data" varchar,
    "url" row(
      "url_string" varchar,
      "hostname" varchar
    ),
    "src_endpoint" row(
      "ip" varchar,
      "port" integer,
      "hostname" varchar,
      "svc_name" varchar,
      "uid" varchar
    ),
    "email" row(
      "from" varchar,
      "to" array(varchar),
      "subject" varchar,
      "message_uid" varchar,
      "uid" varchar
    ),
    "device" row(
      "hostname" varchar,
      "uid" varchar,
      "type_id" integer,
      "type" varchar
    )
  )) COMMENT 'Evidence of a finding.',
  "log_name" varchar COMMENT 'Log that was switched on or off.',
  "log_provider" varchar COMMENT 'Provider of that log.',
  "log_type_id" integer COMMENT '2 Application.',
  "log_type" varchar COMMENT 'Caption of `log_type_id`.',
  "observables" array(row(
    "name" varchar,
    "type_id" integer,
    "type" varchar,
    "value" varchar
  )) COMMENT 'Addresses, names, files and links of the event, to search in one place.',
  "unmapped" varchar COMMENT 'Members of the record that no column took, as JSON text.',
  "raw_data" varchar COMMENT 'The record as it came, byte for byte.',
  "auditlake" row(
    "connection" varchar,
    "content_id" varchar
  ) COMMENT 'Provenance. The one column that is not OCSF''s.',
  "risk_level_id" integer COMMENT 'OCSF risk level: 0 Info, 1 Low, 2 Medium, 3 High, 4 Critical, 99 Other.',
  "risk_level" varchar COMMENT 'Caption of `risk_level_id`, or the record''s words.',
  "web_resources_result" array(row(
    "name" varchar,
    "uid" varchar,
    "type" varchar,
    "url_string" varchar,
    "data" varchar,
    "data_classifications" array(row(
      "uid" varchar,
      "confidentiality_id" integer,
      "confidentiality" varchar
    )),
    "labels" array(varchar),
    "tags" array(row(
      "name" varchar,
      "value" varchar
    ))
  )) COMMENT 'What came of a copy, a move or a rename.',
  "ai_model" row(
    "ai_provider" varchar,
    "name" varchar,
    "version" varchar
  ) COMMENT 'Model that answered.',
  "message_context" row(
    "uid" varchar,
    "name" varchar,
    "ai_role_id" integer,
    "ai_role" varchar,
    "application" row(
      "name" varchar,
      "uid" varchar
    )
  ) COMMENT 'The conversation with an AI model.',
  "email_auth" row(
    "dkim" varchar,
    "dmarc" varchar,
    "spf" varchar
  ) COMMENT 'How the sender of a message was authenticated.',
  "confidence_score" integer COMMENT 'Highest confidence among the sensitive information that was found, 0 to 100.',
  "class_name" varchar COMMENT 'Caption of the class.',
  "event_day" date COMMENT 'Day of `time`, UTC.'
)
WITH (
  format = 'PARQUET',
  external_location = 's3://BUCKET/LAKE/events/',
  partitioned_by = ARRAY['class_name', 'event_day']
);

-- Again whenever there are new days.
CALL system.sync_partition_metadata('default', 'events', 'FULL');
