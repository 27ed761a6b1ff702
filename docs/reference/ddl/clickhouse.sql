-- ClickHouse. Made by `cargo xtask docs`; change the code, not this page.
-- For your own lake: auditlake schema ddl clickhouse --lake URL

CREATE OR REPLACE TABLE `events` (
  `time` Nullable(Int64) COMMENT 'When it happened (`CreationTime`, UTC), in milliseconds since 1970.',
  `time_dt` Nullable(DateTime64(6, 'UTC')) COMMENT '`time` as a timestamp: what partitions and sorting use.',
  `class_uid` Nullable(Int32) COMMENT 'OCSF class.',
  `category_uid` Nullable(Int32) COMMENT 'OCSF category.',
  `category_name` Nullable(String) COMMENT 'Caption of the category.',
  `activity_id` Nullable(Int32) COMMENT 'OCSF activity within the class.',
  `activity_name` Nullable(String) COMMENT 'Caption of the activity; the operation as sent when it is 99 Other.',
  `type_uid` Nullable(Int32) COMMENT '`class_uid` × 100 + `activity_id`.',
  `type_name` Nullable(String) COMMENT 'Class and activity captions.',
  `severity_id` Nullable(Int32) COMMENT 'OCSF severity: 1 Informational, 2 Low, 3 Medium, 4 High.',
  `severity` Nullable(String) COMMENT 'Caption of `severity_id`.',
  `status_id` Nullable(Int32) COMMENT 'OCSF outcome: 1 Success, 2 Failure (findings: 1 New, 3 Suppressed, 4 Resolved), 0 Unknown, 99 Other.',
  `status` Nullable(String) COMMENT 'Caption of `status_id`, or the record\'s words.',
  `status_code` Nullable(String) COMMENT 'Error number.',
  `status_detail` Nullable(String) COMMENT 'Error text.',
  `message` Nullable(String) COMMENT 'What happened, in a line.',
  `count` Nullable(Int32) COMMENT 'How many operations the record stands for (`OperationCount`).',
  `metadata` Tuple(
    `version` Nullable(String),
    `uid` Nullable(String),
    `original_event_uid` Nullable(String),
    `event_code` Nullable(String),
    `log_name` Nullable(String),
    `log_provider` Nullable(String),
    `log_version` Nullable(String),
    `tenant_uid` Nullable(String),
    `correlation_uid` Nullable(String),
    `original_time` Nullable(String),
    `logged_time` Nullable(Int64),
    `logged_time_dt` Nullable(DateTime64(6, 'UTC')),
    `product` Tuple(
      `name` Nullable(String),
      `vendor_name` Nullable(String),
      `feature` Tuple(
        `uid` Nullable(String),
        `name` Nullable(String)
      )
    ),
    `profiles` Array(Nullable(String))
  ) COMMENT 'About the record itself.',
  `cloud` Tuple(
    `provider` Nullable(String),
    `region` Nullable(String),
    `account` Tuple(
      `uid` Nullable(String),
      `name` Nullable(String),
      `type_id` Nullable(Int32),
      `type` Nullable(String)
    )
  ) COMMENT 'The cloud and tenant.',
  `actor` Tuple(
    `user` Tuple(
      `name` Nullable(String),
      `uid` Nullable(String),
      `uid_alt` Nullable(String),
      `display_name` Nullable(String),
      `email_addr` Nullable(String),
      `domain` Nullable(String),
      `type_id` Nullable(Int32),
      `type` Nullable(String)
    ),
    `app_name` Nullable(String),
    `app_uid` Nullable(String),
    `session` Tuple(
      `uid` Nullable(String),
      `uid_alt` Nullable(String),
      `issuer` Nullable(String)
    )
  ) COMMENT 'Who did it, and through what.',
  `src_endpoint` Tuple(
    `ip` Nullable(String),
    `port` Nullable(Int32),
    `hostname` Nullable(String),
    `svc_name` Nullable(String),
    `uid` Nullable(String),
    `os` Tuple(
      `name` Nullable(String),
      `type_id` Nullable(Int32),
      `type` Nullable(String)
    )
  ) COMMENT 'From where.',
  `dst_endpoint` Tuple(
    `ip` Nullable(String),
    `port` Nullable(Int32),
    `hostname` Nullable(String),
    `svc_name` Nullable(String),
    `uid` Nullable(String)
  ) COMMENT 'To where.',
  `http_request` Tuple(
    `user_agent` Nullable(String),
    `url` Tuple(
      `url_string` Nullable(String),
      `hostname` Nullable(String)
    )
  ) COMMENT 'Request of the client.',
  `device` Tuple(
    `hostname` Nullable(String),
    `uid` Nullable(String),
    `type_id` Nullable(Int32),
    `type` Nullable(String),
    `os` Tuple(
      `name` Nullable(String),
      `type_id` Nullable(Int32),
      `type` Nullable(String)
    ),
    `is_compliant` Nullable(Bool),
    `is_managed` Nullable(Bool),
    `ip` Nullable(String)
  ) COMMENT 'Device of the actor.',
  `user` Tuple(
    `name` Nullable(String),
    `uid` Nullable(String),
    `uid_alt` Nullable(String),
    `display_name` Nullable(String),
    `email_addr` Nullable(String),
    `domain` Nullable(String),
    `type_id` Nullable(Int32),
    `type` Nullable(String)
  ) COMMENT 'On whom: the account that signs in, is changed, gains or loses.',
  `session` Tuple(
    `uid` Nullable(String),
    `uid_alt` Nullable(String),
    `issuer` Nullable(String)
  ) COMMENT 'Session that a sign-in opened.',
  `service` Tuple(
    `name` Nullable(String),
    `uid` Nullable(String)
  ) COMMENT 'Service that was signed in to.',
  `auth_protocol_id` Nullable(Int32) COMMENT 'OCSF authentication protocol: 5 SAML, 6 OAUTH 2.0.',
  `auth_protocol` Nullable(String) COMMENT 'Caption of `auth_protocol_id`.',
  `is_remote` Nullable(Bool) COMMENT 'Whether the sign-in came over a network.',
  `is_mfa` Nullable(Bool) COMMENT 'Whether a second factor was used, where the record says so.',
  `entity` Tuple(
    `type_id` Nullable(Int32),
    `type` Nullable(String),
    `name` Nullable(String),
    `uid` Nullable(String),
    `user` Tuple(
      `name` Nullable(String),
      `uid` Nullable(String),
      `uid_alt` Nullable(String),
      `display_name` Nullable(String),
      `email_addr` Nullable(String),
      `domain` Nullable(String),
      `type_id` Nullable(Int32),
      `type` Nullable(String)
    ),
    `group` Tuple(
      `name` Nullable(String),
      `uid` Nullable(String),
      `type` Nullable(String),
      `uid_alt` Nullable(String)
    ),
    `policy` Tuple(
      `name` Nullable(String),
      `uid` Nullable(String),
      `type` Nullable(String)
    ),
    `data` Nullable(String)
  ) COMMENT 'What was changed in the directory or configuration.',
  `group` Tuple(
    `name` Nullable(String),
    `uid` Nullable(String),
    `type` Nullable(String),
    `uid_alt` Nullable(String)
  ) COMMENT 'Group whose membership or existence changed.',
  `subgroup` Tuple(
    `name` Nullable(String),
    `uid` Nullable(String),
    `type` Nullable(String),
    `uid_alt` Nullable(String)
  ) COMMENT 'Group that joined or left the group.',
  `privileges` Array(Nullable(String)) COMMENT 'Roles, scopes or rights that were given or taken.',
  `resources` Array(Tuple(
    `name` Nullable(String),
    `uid` Nullable(String),
    `type` Nullable(String),
    `role_id` Nullable(Int32),
    `role` Nullable(String),
    `data` Nullable(String),
    `owner` Tuple(
      `name` Nullable(String),
      `uid` Nullable(String),
      `email_addr` Nullable(String),
      `forward_addr` Nullable(String)
    ),
    `data_classifications` Array(Tuple(
      `uid` Nullable(String),
      `confidentiality_id` Nullable(Int32),
      `confidentiality` Nullable(String)
    )),
    `tags` Array(Tuple(
      `name` Nullable(String),
      `value` Nullable(String)
    ))
  )) COMMENT 'What was acted on: the mailbox first, then messages; or the object of a cmdlet.',
  `api` Tuple(
    `operation` Nullable(String),
    `service` Tuple(
      `name` Nullable(String),
      `uid` Nullable(String)
    )
  ) COMMENT 'The operation, where no class says more.',
  `file` Tuple(
    `name` Nullable(String),
    `path` Nullable(String),
    `ext` Nullable(String),
    `uid` Nullable(String),
    `size` Nullable(Int64),
    `type_id` Nullable(Int32),
    `type` Nullable(String),
    `parent_folder` Nullable(String),
    `owner` Tuple(
      `name` Nullable(String),
      `uid` Nullable(String),
      `email_addr` Nullable(String)
    ),
    `url` Tuple(
      `url_string` Nullable(String),
      `hostname` Nullable(String)
    ),
    `data_classifications` Array(Tuple(
      `uid` Nullable(String),
      `confidentiality_id` Nullable(Int32),
      `confidentiality` Nullable(String)
    )),
    `hashes` Array(Tuple(
      `algorithm_id` Nullable(Int32),
      `algorithm` Nullable(String),
      `value` Nullable(String)
    )),
    `tags` Array(Tuple(
      `name` Nullable(String),
      `value` Nullable(String)
    ))
  ) COMMENT 'File or folder that was acted on.',
  `file_result` Tuple(
    `name` Nullable(String),
    `path` Nullable(String),
    `ext` Nullable(String),
    `type_id` Nullable(Int32),
    `type` Nullable(String)
  ) COMMENT 'The file after a rename, copy or move.',
  `share` Nullable(String) COMMENT 'Kind of sharing link or grant.',
  `access_list` Array(Nullable(String)) COMMENT 'Whom the item was shared with, and permissions given.',
  `expiration_time` Nullable(Int64) COMMENT 'When a sharing link expires; milliseconds.',
  `web_resources` Array(Tuple(
    `name` Nullable(String),
    `uid` Nullable(String),
    `type` Nullable(String),
    `url_string` Nullable(String),
    `data` Nullable(String),
    `data_classifications` Array(Tuple(
      `uid` Nullable(String),
      `confidentiality_id` Nullable(Int32),
      `confidentiality` Nullable(String)
    )),
    `labels` Array(Nullable(String)),
    `tags` Array(Tuple(
      `name` Nullable(String),
      `value` Nullable(String)
    ))
  )) COMMENT 'Pages, lists, sites, messages, reports and the like.',
  `app` Tuple(
    `name` Nullable(String),
    `uid` Nullable(String),
    `vendor_name` Nullable(String),
    `version` Nullable(String),
    `url_string` Nullable(String)
  ) COMMENT 'Application that was installed, removed or run.',
  `database` Tuple(
    `name` Nullable(String),
    `uid` Nullable(String),
    `type_id` Nullable(Int32),
    `type` Nullable(String)
  ) COMMENT 'Database that was read or changed.',
  `table` Tuple(
    `name` Nullable(String),
    `uid` Nullable(String)
  ) COMMENT 'Table that was read or changed.',
  `query_info` Tuple(
    `name` Nullable(String),
    `uid` Nullable(String),
    `query_string` Nullable(String)
  ) COMMENT 'Query that was run.',
  `email` Tuple(
    `from` Nullable(String),
    `return_path` Nullable(String),
    `to` Array(Nullable(String)),
    `cc` Array(Nullable(String)),
    `subject` Nullable(String),
    `message_uid` Nullable(String),
    `uid` Nullable(String),
    `size` Nullable(Int64),
    `x_originating_ip` Array(Nullable(String)),
    `files` Array(Tuple(
      `name` Nullable(String),
      `path` Nullable(String),
      `ext` Nullable(String),
      `type_id` Nullable(Int32),
      `type` Nullable(String),
      `hashes` Array(Tuple(
        `algorithm_id` Nullable(Int32),
        `algorithm` Nullable(String),
        `value` Nullable(String)
      ))
    )),
    `urls` Array(Tuple(
      `url_string` Nullable(String),
      `hostname` Nullable(String)
    )),
    `data_classifications` Array(Tuple(
      `uid` Nullable(String),
      `confidentiality_id` Nullable(Int32),
      `confidentiality` Nullable(String)
    ))
  ) COMMENT 'Message that was sent or scanned.',
  `direction_id` Nullable(Int32) COMMENT 'OCSF direction of a message: 1 Inbound, 2 Outbound, 3 Internal, 0 Unknown.',
  `direction` Nullable(String) COMMENT 'Caption of `direction_id`.',
  `finding_info` Tuple(
    `uid` Nullable(String),
    `title` Nullable(String),
    `desc` Nullable(String),
    `types` Array(Nullable(String)),
    `src_url` Nullable(String),
    `analytic` Tuple(
      `name` Nullable(String),
      `uid` Nullable(String),
      `type_id` Nullable(Int32),
      `type` Nullable(String)
    )
  ) COMMENT 'The finding.',
  `is_alert` Nullable(Bool) COMMENT 'Whether the finding is an alert.',
  `comment` Nullable(String) COMMENT 'Comment: changed property names, a reviewer\'s words.',
  `action_id` Nullable(Int32) COMMENT 'OCSF action of a control: 1 Allowed, 2 Denied, 3 Observed, 4 Modified.',
  `action` Nullable(String) COMMENT 'Caption of `action_id`.',
  `disposition_id` Nullable(Int32) COMMENT 'OCSF disposition: 1 Allowed, 2 Blocked, 3 Quarantined, 5 Deleted, …',
  `disposition` Nullable(String) COMMENT 'Caption of `disposition_id`.',
  `policy` Tuple(
    `name` Nullable(String),
    `uid` Nullable(String),
    `type` Nullable(String)
  ) COMMENT 'Policy that a control applied.',
  `malware` Array(Tuple(
    `name` Nullable(String),
    `provider` Nullable(String),
    `classification_ids` Array(Nullable(Int32))
  )) COMMENT 'Malware that was found.',
  `data_security` Tuple(
    `policy` Tuple(
      `name` Nullable(String),
      `uid` Nullable(String),
      `type` Nullable(String)
    ),
    `discovery_details` Array(Tuple(
      `type` Nullable(String),
      `count` Nullable(Int32)
    )),
    `detection_system_id` Nullable(Int32),
    `detection_system` Nullable(String),
    `data_lifecycle_state_id` Nullable(Int32),
    `data_lifecycle_state` Nullable(String)
  ) COMMENT 'What a DLP policy found.',
  `evidences` Array(Tuple(
    `name` Nullable(String),
    `file` Tuple(
      `name` Nullable(String),
      `path` Nullable(String),
      `ext` Nullable(String),
      `type_id` Nullable(Int32),
      `type` Nullable(String),
      `hashes` Array(Tuple(
        `algorithm_id` Nullable(Int32),
        `algorithm` Nullable(String),
        `value` Nullable(String)
      ))
    ),
    `user` Tuple(
      `name` Nullable(String),
      `uid` Nullable(String),
      `email_addr` Nullable(String)
    ),
    `data` Nullable(String),
    `url` Tuple(
      `url_string` Nullable(String),
      `hostname` Nullable(String)
    ),
    `src_endpoint` Tuple(
      `ip` Nullable(String),
      `port` Nullable(Int32),
      `hostname` Nullable(String),
      `svc_name` Nullable(String),
      `uid` Nullable(String)
    ),
    `email` Tuple(
      `from` Nullable(String),
      `to` Array(Nullable(String)),
      `subject` Nullable(String),
      `message_uid` Nullable(String),
      `uid` Nullable(String)
    ),
    `device` Tuple(
      `hostname` Nullable(String),
      `uid` Nullable(String),
      `type_id` Nullable(Int32),
      `type` Nullable(String)
    )
  )) COMMENT 'Evidence of a finding.',
  `log_name` Nullable(String) COMMENT 'Log that was switched on or off.',
  `log_provider` Nullable(String) COMMENT 'Provider of that log.',
  `log_type_id` Nullable(Int32) COMMENT '2 Application.',
  `log_type` Nullable(String) COMMENT 'Caption of `log_type_id`.',
  `observables` Array(Tuple(
    `name` Nullable(String),
    `type_id` Nullable(Int32),
    `type` Nullable(String),
    `value` Nullable(String)
  )) COMMENT 'Addresses, names, files and links of the event, to search in one place.',
  `unmapped` Nullable(String) COMMENT 'Members of the record that no column took, as JSON text.',
  `raw_data` Nullable(String) COMMENT 'The record as it came, byte for byte.',
  `auditlake` Tuple(
    `connection` Nullable(String),
    `content_id` Nullable(String)
  ) COMMENT 'Provenance. The one column that is not OCSF\'s.',
  `risk_level_id` Nullable(Int32) COMMENT 'OCSF risk level: 0 Info, 1 Low, 2 Medium, 3 High, 4 Critical, 99 Other.',
  `risk_level` Nullable(String) COMMENT 'Caption of `risk_level_id`, or the record\'s words.',
  `web_resources_result` Array(Tuple(
    `name` Nullable(String),
    `uid` Nullable(String),
    `type` Nullable(String),
    `url_string` Nullable(String),
    `data` Nullable(String),
    `data_classifications` Array(Tuple(
      `uid` Nullable(String),
      `confidentiality_id` Nullable(Int32),
      `confidentiality` Nullable(String)
    )),
    `labels` Array(Nullable(String)),
    `tags` Array(Tuple(
      `name` Nullable(String),
      `value` Nullable(String)
    ))
  )) COMMENT 'What came of a copy, a move or a rename.',
  `ai_model` Tuple(
    `ai_provider` Nullable(String),
    `name` Nullable(String),
    `version` Nullable(String)
  ) COMMENT 'Model that answered.',
  `message_context` Tuple(
    `uid` Nullable(String),
    `name` Nullable(String),
    `ai_role_id` Nullable(Int32),
    `ai_role` Nullable(String),
    `application` Tuple(
      `name` Nullable(String),
      `uid` Nullable(String)
    )
  ) COMMENT 'The conversation with an AI model.',
  `email_auth` Tuple(
    `dkim` Nullable(String),
    `dmarc` Nullable(String),
    `spf` Nullable(String)
  ) COMMENT 'How the sender of a message was authenticated.',
  `confidence_score` Nullable(Int32) COMMENT 'Highest confidence among the sensitive information that was found, 0 to 100.',
  `class_name` String COMMENT 'Caption of the class.',
  `event_day` Date COMMENT 'Day of `time`, UTC.'
)
ENGINE = S3('s3://BUCKET/LAKE/events/**/*.parquet', 'Parquet')
SETTINGS use_hive_partitioning = 1;
