-- Azure Synapse serverless SQL. Made by `cargo xtask docs`; change the code, not this page.
-- For your own lake: auditlake schema ddl synapse --lake URL

CREATE OR ALTER VIEW [events] AS
SELECT
  files.*,
  CAST(files.filepath(1) AS VARCHAR(128)) AS [class_partition],
  CAST(files.filepath(2) AS DATE) AS [event_day]
FROM OPENROWSET(
  BULK 'https://ACCOUNT.dfs.core.windows.net/CONTAINER/LAKE/events/class_name=*/event_day=*/*.parquet',
  FORMAT = 'PARQUET'
) WITH (
    -- When it happened (`CreationTime`, UTC), in milliseconds since 1970.
    [time] BIGINT,
    -- `time` as a timestamp: what partitions and sorting use.
    [time_dt] DATETIME2(6),
    -- OCSF class.
    [class_uid] INT,
    -- Caption of the class.
    [class_name] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- OCSF category.
    [category_uid] INT,
    -- Caption of the category.
    [category_name] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- OCSF activity within the class.
    [activity_id] INT,
    -- Caption of the activity; the operation as sent when it is 99 Other.
    [activity_name] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- `class_uid` × 100 + `activity_id`.
    [type_uid] INT,
    -- Class and activity captions.
    [type_name] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- OCSF severity: 1 Informational, 2 Low, 3 Medium, 4 High.
    [severity_id] INT,
    -- Caption of `severity_id`.
    [severity] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- OCSF outcome: 1 Success, 2 Failure (findings: 1 New, 3 Suppressed, 4 Resolved), 0 Unknown, 99 Other.
    [status_id] INT,
    -- Caption of `status_id`, or the record's words.
    [status] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Error number.
    [status_code] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Error text.
    [status_detail] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- What happened, in a line.
    [message] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- How many operations the record stands for (`OperationCount`).
    [count] INT,
    -- About the record itself.
    [metadata] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- The cloud and tenant.
    [cloud] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Who did it, and through what.
    [actor] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- From where.
    [src_endpoint] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- To where.
    [dst_endpoint] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Request of the client.
    [http_request] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Device of the actor.
    [device] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- On whom: the account that signs in, is changed, gains or loses.
    [user] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Session that a sign-in opened.
    [session] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Service that was signed in to.
    [service] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- OCSF authentication protocol: 5 SAML, 6 OAUTH 2.0.
    [auth_protocol_id] INT,
    -- Caption of `auth_protocol_id`.
    [auth_protocol] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Whether the sign-in came over a network.
    [is_remote] BIT,
    -- Whether a second factor was used, where the record says so.
    [is_mfa] BIT,
    -- What was changed in the directory or configuration.
    [entity] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Group whose membership or existence changed.
    [group] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Group that joined or left the group.
    [subgroup] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Roles, scopes or rights that were given or taken.
    [privileges] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- What was acted on: the mailbox first, then messages; or the object of a cmdlet.
    [resources] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- The operation, where no class says more.
    [api] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- File or folder that was acted on.
    [file] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- The file after a rename, copy or move.
    [file_result] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Kind of sharing link or grant.
    [share] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Whom the item was shared with, and permissions given.
    [access_list] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- When a sharing link expires; milliseconds.
    [expiration_time] BIGINT,
    -- Pages, lists, sites, messages, reports and the like.
    [web_resources] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Application that was installed, removed or run.
    [app] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Database that was read or changed.
    [database] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Table that was read or changed.
    [table] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Query that was run.
    [query_info] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Message that was sent or scanned.
    [email] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- OCSF direction of a message: 1 Inbound, 2 Outbound, 3 Internal, 0 Unknown.
    [direction_id] INT,
    -- Caption of `direction_id`.
    [direction] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- The finding.
    [finding_info] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Whether the finding is an alert.
    [is_alert] BIT,
    -- Comment: changed property names, a reviewer's words.
    [comment] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- OCSF action of a control: 1 Allowed, 2 Denied, 3 Observed, 4 Modified.
    [action_id] INT,
    -- Caption of `action_id`.
    [action] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- OCSF disposition: 1 Allowed, 2 Blocked, 3 Quarantined, 5 Deleted, …
    [disposition_id] INT,
    -- Caption of `disposition_id`.
    [disposition] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Policy that a control applied.
    [policy] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Malware that was found.
    [malware] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- What a DLP policy found.
    [data_security] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Evidence of a finding.
    [evidences] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Log that was switched on or off.
    [log_name] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Provider of that log.
    [log_provider] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- 2 Application.
    [log_type_id] INT,
    -- Caption of `log_type_id`.
    [log_type] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Addresses, names, files and links of the event, to search in one place.
    [observables] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Members of the record that no column took, as JSON text.
    [unmapped] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- The record as it came, byte for byte.
    [raw_data] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Provenance. The one column that is not OCSF's.
    [auditlake] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- OCSF risk level: 0 Info, 1 Low, 2 Medium, 3 High, 4 Critical, 99 Other.
    [risk_level_id] INT,
    -- Caption of `risk_level_id`, or the record's words.
    [risk_level] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- What came of a copy, a move or a rename.
    [web_resources_result] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Model that answered.
    [ai_model] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- The conversation with an AI model.
    [message_context] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- How the sender of a message was authenticated.
    [email_auth] VARCHAR(MAX) COLLATE Latin1_General_100_BIN2_UTF8,
    -- Highest confidence among the sensitive information that was found, 0 to 100.
    [confidence_score] INT
) AS files;
