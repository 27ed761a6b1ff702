-- Amazon Athena. Made by `cargo xtask docs`; change the code, not this page.
-- For your own lake: auditlake schema ddl athena --lake URL

CREATE EXTERNAL TABLE IF NOT EXISTS `events` (
  `time` bigint COMMENT 'When it happened (`CreationTime`, UTC), in milliseconds since 1970.',
  `time_dt` timestamp COMMENT '`time` as a timestamp: what partitions and sorting use.',
  `class_uid` int COMMENT 'OCSF class.',
  `category_uid` int COMMENT 'OCSF category.',
  `category_name` string COMMENT 'Caption of the category.',
  `activity_id` int COMMENT 'OCSF activity within the class.',
  `activity_name` string COMMENT 'Caption of the activity; the operation as sent when it is 99 Other.',
  `type_uid` int COMMENT '`class_uid` × 100 + `activity_id`.',
  `type_name` string COMMENT 'Class and activity captions.',
  `severity_id` int COMMENT 'OCSF severity: 1 Informational, 2 Low, 3 Medium, 4 High.',
  `severity` string COMMENT 'Caption of `severity_id`.',
  `status_id` int COMMENT 'OCSF outcome: 1 Success, 2 Failure (findings: 1 New, 3 Suppressed, 4 Resolved), 0 Unknown, 99 Other.',
  `status` string COMMENT 'Caption of `status_id`, or the record\'s words.',
  `status_code` string COMMENT 'Error number.',
  `status_detail` string COMMENT 'Error text.',
  `message` string COMMENT 'What happened, in a line.',
  `count` int COMMENT 'How many operations the record stands for (`OperationCount`).',
  `metadata` struct<
    `version`:string,
    `uid`:string,
    `original_event_uid`:string,
    `event_code`:string,
    `log_name`:string,
    `log_provider`:string,
    `log_version`:string,
    `tenant_uid`:string,
    `correlation_uid`:string,
    `original_time`:string,
    `logged_time`:bigint,
    `logged_time_dt`:timestamp,
    `product`:struct<
      `name`:string,
      `vendor_name`:string,
      `feature`:struct<
        `uid`:string,
        `name`:string
      >
    >,
    `profiles`:array<string>
  > COMMENT 'About the record itself.',
  `cloud` struct<
    `provider`:string,
    `region`:string,
    `account`:struct<
      `uid`:string,
      `name`:string,
      `type_id`:int,
      `type`:string
    >
  > COMMENT 'The cloud and tenant.',
  `actor` struct<
    `user`:struct<
      `name`:string,
      `uid`:string,
      `uid_alt`:string,
      `display_name`:string,
      `email_addr`:string,
      `domain`:string,
      `type_id`:int,
      `type`:string
    >,
    `app_name`:string,
    `app_uid`:string,
    `session`:struct<
      `uid`:string,
      `uid_alt`:string,
      `issuer`:string
    >
  > COMMENT 'Who did it, and through what.',
  `src_endpoint` struct<
    `ip`:string,
    `port`:int,
    `hostname`:string,
    `svc_name`:string,
    `uid`:string,
    `os`:struct<
      `name`:string,
      `type_id`:int,
      `type`:string
    >
  > COMMENT 'From where.',
  `dst_endpoint` struct<
    `ip`:string,
    `port`:int,
    `hostname`:string,
    `svc_name`:string,
    `uid`:string
  > COMMENT 'To where.',
  `http_request` struct<
    `user_agent`:string,
    `url`:struct<
      `url_string`:string,
      `hostname`:string
    >
  > COMMENT 'Request of the client.',
  `device` struct<
    `hostname`:string,
    `uid`:string,
    `type_id`:int,
    `type`:string,
    `os`:struct<
      `name`:string,
      `type_id`:int,
      `type`:string
    >,
    `is_compliant`:boolean,
    `is_managed`:boolean,
    `ip`:string
  > COMMENT 'Device of the actor.',
  `user` struct<
    `name`:string,
    `uid`:string,
    `uid_alt`:string,
    `display_name`:string,
    `email_addr`:string,
    `domain`:string,
    `type_id`:int,
    `type`:string
  > COMMENT 'On whom: the account that signs in, is changed, gains or loses.',
  `session` struct<
    `uid`:string,
    `uid_alt`:string,
    `issuer`:string
  > COMMENT 'Session that a sign-in opened.',
  `service` struct<
    `name`:string,
    `uid`:string
  > COMMENT 'Service that was signed in to.',
  `auth_protocol_id` int COMMENT 'OCSF authentication protocol: 5 SAML, 6 OAUTH 2.0.',
  `auth_protocol` string COMMENT 'Caption of `auth_protocol_id`.',
  `is_remote` boolean COMMENT 'Whether the sign-in came over a network.',
  `is_mfa` boolean COMMENT 'Whether a second factor was used, where the record says so.',
  `entity` struct<
    `type_id`:int,
    `type`:string,
    `name`:string,
    `uid`:string,
    `user`:struct<
      `name`:string,
      `uid`:string,
      `uid_alt`:string,
      `display_name`:string,
      `email_addr`:string,
      `domain`:string,
      `type_id`:int,
      `type`:string
    >,
    `group`:struct<
      `name`:string,
      `uid`:string,
      `type`:string,
      `uid_alt`:string
    >,
    `policy`:struct<
      `name`:string,
      `uid`:string,
      `type`:string
    >,
    `data`:string
  > COMMENT 'What was changed in the directory or configuration.',
  `group` struct<
    `name`:string,
    `uid`:string,
    `type`:string,
    `uid_alt`:string
  > COMMENT 'Group whose membership or existence changed.',
  `subgroup` struct<
    `name`:string,
    `uid`:string,
    `type`:string,
    `uid_alt`:string
  > COMMENT 'Group that joined or left the group.',
  `privileges` array<string> COMMENT 'Roles, scopes or rights that were given or taken.',
  `resources` array<struct<
    `name`:string,
    `uid`:string,
    `type`:string,
    `role_id`:int,
    `role`:string,
    `data`:string,
    `owner`:struct<
      `name`:string,
      `uid`:string,
      `email_addr`:string,
      `forward_addr`:string
    >,
    `data_classifications`:array<struct<
      `uid`:string,
      `confidentiality_id`:int,
      `confidentiality`:string
    >>,
    `tags`:array<struct<
      `name`:string,
      `value`:string
    >>
  >> COMMENT 'What was acted on: the mailbox first, then messages; or the object of a cmdlet.',
  `api` struct<
    `operation`:string,
    `service`:struct<
      `name`:string,
      `uid`:string
    >
  > COMMENT 'The operation, where no class says more.',
  `file` struct<
    `name`:string,
    `path`:string,
    `ext`:string,
    `uid`:string,
    `size`:bigint,
    `type_id`:int,
    `type`:string,
    `parent_folder`:string,
    `owner`:struct<
      `name`:string,
      `uid`:string,
      `email_addr`:string
    >,
    `url`:struct<
      `url_string`:string,
      `hostname`:string
    >,
    `data_classifications`:array<struct<
      `uid`:string,
      `confidentiality_id`:int,
      `confidentiality`:string
    >>,
    `hashes`:array<struct<
      `algorithm_id`:int,
      `algorithm`:string,
      `value`:string
    >>,
    `tags`:array<struct<
      `name`:string,
      `value`:string
    >>
  > COMMENT 'File or folder that was acted on.',
  `file_result` struct<
    `name`:string,
    `path`:string,
    `ext`:string,
    `type_id`:int,
    `type`:string
  > COMMENT 'The file after a rename, copy or move.',
  `share` string COMMENT 'Kind of sharing link or grant.',
  `access_list` array<string> COMMENT 'Whom the item was shared with, and permissions given.',
  `expiration_time` bigint COMMENT 'When a sharing link expires; milliseconds.',
  `web_resources` array<struct<
    `name`:string,
    `uid`:string,
    `type`:string,
    `url_string`:string,
    `data`:string,
    `data_classifications`:array<struct<
      `uid`:string,
      `confidentiality_id`:int,
      `confidentiality`:string
    >>,
    `labels`:array<string>,
    `tags`:array<struct<
      `name`:string,
      `value`:string
    >>
  >> COMMENT 'Pages, lists, sites, messages, reports and the like.',
  `app` struct<
    `name`:string,
    `uid`:string,
    `vendor_name`:string,
    `version`:string,
    `url_string`:string
  > COMMENT 'Application that was installed, removed or run.',
  `database` struct<
    `name`:string,
    `uid`:string,
    `type_id`:int,
    `type`:string
  > COMMENT 'Database that was read or changed.',
  `table` struct<
    `name`:string,
    `uid`:string
  > COMMENT 'Table that was read or changed.',
  `query_info` struct<
    `name`:string,
    `uid`:string,
    `query_string`:string
  > COMMENT 'Query that was run.',
  `email` struct<
    `from`:string,
    `return_path`:string,
    `to`:array<string>,
    `cc`:array<string>,
    `subject`:string,
    `message_uid`:string,
    `uid`:string,
    `size`:bigint,
    `x_originating_ip`:array<string>,
    `files`:array<struct<
      `name`:string,
      `path`:string,
      `ext`:string,
      `type_id`:int,
      `type`:string,
      `hashes`:array<struct<
        `algorithm_id`:int,
        `algorithm`:string,
        `value`:string
      >>
    >>,
    `urls`:array<struct<
      `url_string`:string,
      `hostname`:string
    >>,
    `data_classifications`:array<struct<
      `uid`:string,
      `confidentiality_id`:int,
      `confidentiality`:string
    >>
  > COMMENT 'Message that was sent or scanned.',
  `direction_id` int COMMENT 'OCSF direction of a message: 1 Inbound, 2 Outbound, 3 Internal, 0 Unknown.',
  `direction` string COMMENT 'Caption of `direction_id`.',
  `finding_info` struct<
    `uid`:string,
    `title`:string,
    `desc`:string,
    `types`:array<string>,
    `src_url`:string,
    `analytic`:struct<
      `name`:string,
      `uid`:string,
      `type_id`:int,
      `type`:string
    >
  > COMMENT 'The finding.',
  `is_alert` boolean COMMENT 'Whether the finding is an alert.',
  `comment` string COMMENT 'Comment: changed property names, a reviewer\'s words.',
  `action_id` int COMMENT 'OCSF action of a control: 1 Allowed, 2 Denied, 3 Observed, 4 Modified.',
  `action` string COMMENT 'Caption of `action_id`.',
  `disposition_id` int COMMENT 'OCSF disposition: 1 Allowed, 2 Blocked, 3 Quarantined, 5 Deleted, …',
  `disposition` string COMMENT 'Caption of `disposition_id`.',
  `policy` struct<
    `name`:string,
    `uid`:string,
    `type`:string
  > COMMENT 'Policy that a control applied.',
  `malware` array<struct<
    `name`:string,
    `provider`:string,
    `classification_ids`:array<int>
  >> COMMENT 'Malware that was found.',
  `data_security` struct<
    `policy`:struct<
      `name`:string,
      `uid`:string,
      `type`:string
    >,
    `discovery_details`:array<struct<
      `type`:string,
      `count`:int
    >>,
    `detection_system_id`:int,
    `detection_system`:string,
    `data_lifecycle_state_id`:int,
    `data_lifecycle_state`:string
  > COMMENT 'What a DLP policy found.',
  `evidences` array<struct<
    `name`:string,
    `file`:struct<
      `name`:string,
      `path`:string,
      `ext`:string,
      `type_id`:int,
      `type`:string,
      `hashes`:array<struct<
        `algorithm_id`:int,
        `algorithm`:string,
        `value`:string
      >>
    >,
    `user`:struct<
      `name`:string,
      `uid`:string,
      `email_addr`:string
    >,
    `data`:string,
    `url`:struct<
      `url_string`:string,
      `hostname`:string
    >,
    `src_endpoint`:struct<
      `ip`:string,
      `port`:int,
      `hostname`:string,
      `svc_name`:string,
      `uid`:string
    >,
    `email`:struct<
      `from`:string,
      `to`:array<string>,
      `subject`:string,
      `message_uid`:string,
      `uid`:string
    >,
    `device`:struct<
      `hostname`:string,
      `uid`:string,
      `type_id`:int,
      `type`:string
    >
  >> COMMENT 'Evidence of a finding.',
  `log_name` string COMMENT 'Log that was switched on or off.',
  `log_provider` string COMMENT 'Provider of that log.',
  `log_type_id` int COMMENT '2 Application.',
  `log_type` string COMMENT 'Caption of `log_type_id`.',
  `observables` array<struct<
    `name`:string,
    `type_id`:int,
    `type`:string,
    `value`:string
  >> COMMENT 'Addresses, names, files and links of the event, to search in one place.',
  `unmapped` string COMMENT 'Members of the record that no column took, as JSON text.',
  `raw_data` string COMMENT 'The record as it came, byte for byte.',
  `auditlake` struct<
    `connection`:string,
    `content_id`:string
  > COMMENT 'Provenance. The one column that is not OCSF\'s.',
  `risk_level_id` int COMMENT 'OCSF risk level: 0 Info, 1 Low, 2 Medium, 3 High, 4 Critical, 99 Other.',
  `risk_level` string COMMENT 'Caption of `risk_level_id`, or the record\'s words.',
  `web_resources_result` array<struct<
    `name`:string,
    `uid`:string,
    `type`:string,
    `url_string`:string,
    `data`:string,
    `data_classifications`:array<struct<
      `uid`:string,
      `confidentiality_id`:int,
      `confidentiality`:string
    >>,
    `labels`:array<string>,
    `tags`:array<struct<
      `name`:string,
      `value`:string
    >>
  >> COMMENT 'What came of a copy, a move or a rename.',
  `ai_model` struct<
    `ai_provider`:string,
    `name`:string,
    `version`:string
  > COMMENT 'Model that answered.',
  `message_context` struct<
    `uid`:string,
    `name`:string,
    `ai_role_id`:int,
    `ai_role`:string,
    `application`:struct<
      `name`:string,
      `uid`:string
    >
  > COMMENT 'The conversation with an AI model.',
  `email_auth` struct<
    `dkim`:string,
    `dmarc`:string,
    `spf`:string
  > COMMENT 'How the sender of a message was authenticated.',
  `confidence_score` int COMMENT 'Highest confidence among the sensitive information that was found, 0 to 100.'
)
PARTITIONED BY (
  `class_name` string COMMENT 'Caption of the class.',
  `event_day` date COMMENT 'Day of `time`, UTC.'
)
STORED AS PARQUET
LOCATION 's3://BUCKET/LAKE/events/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.class_name.type' = 'enum',
  'projection.class_name.values' = 'Base Event,File System Activity,Event Log Activity,Detection Finding,Data Security Finding,Account Change,Authentication,Entity Management,User Access Management,Group Management,HTTP Activity,Email Activity,Web Resources Activity,Application Lifecycle,API Activity,Datastore Activity,File Hosting Activity',
  'projection.event_day.type' = 'date',
  'projection.event_day.format' = 'yyyy-MM-dd',
  'projection.event_day.range' = '2020-01-01,NOW+1DAY',
  'storage.location.template' = 's3://BUCKET/LAKE/events/class_name=${class_name}/event_day=${event_day}/'
);
