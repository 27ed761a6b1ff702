-- Spark and Databricks. Made by `cargo xtask docs`; change the code, not this page.
-- For your own lake: auditlake schema ddl spark --lake URL

CREATE TABLE IF NOT EXISTS `events` (
  `time` BIGINT COMMENT 'When it happened (`CreationTime`, UTC), in milliseconds since 1970.',
  `time_dt` TIMESTAMP COMMENT '`time` as a timestamp: what partitions and sorting use.',
  `class_uid` INT COMMENT 'OCSF class.',
  `category_uid` INT COMMENT 'OCSF category.',
  `category_name` STRING COMMENT 'Caption of the category.',
  `activity_id` INT COMMENT 'OCSF activity within the class.',
  `activity_name` STRING COMMENT 'Caption of the activity; the operation as sent when it is 99 Other.',
  `type_uid` INT COMMENT '`class_uid` × 100 + `activity_id`.',
  `type_name` STRING COMMENT 'Class and activity captions.',
  `severity_id` INT COMMENT 'OCSF severity: 1 Informational, 2 Low, 3 Medium, 4 High.',
  `severity` STRING COMMENT 'Caption of `severity_id`.',
  `status_id` INT COMMENT 'OCSF outcome: 1 Success, 2 Failure (findings: 1 New, 3 Suppressed, 4 Resolved), 0 Unknown, 99 Other.',
  `status` STRING COMMENT 'Caption of `status_id`, or the record\'s words.',
  `status_code` STRING COMMENT 'Error number.',
  `status_detail` STRING COMMENT 'Error text.',
  `message` STRING COMMENT 'What happened, in a line.',
  `count` INT COMMENT 'How many operations the record stands for (`OperationCount`).',
  `metadata` STRUCT<
    `version`: STRING COMMENT 'OCSF version.',
    `uid`: STRING COMMENT 'Identity of the record: 128-bit hash of all its members, whatever their order, in hexadecimal.',
    `original_event_uid`: STRING COMMENT '`Id` of the record.',
    `event_code`: STRING COMMENT '`Operation`, verbatim.',
    `log_name`: STRING COMMENT 'Content type (feed): `Audit.Exchange`.',
    `log_provider`: STRING COMMENT '`Workload`, verbatim.',
    `log_version`: STRING COMMENT '`Version` of the record.',
    `tenant_uid`: STRING COMMENT '`OrganizationId`.',
    `correlation_uid`: STRING COMMENT '`InterSystemsId`, `CorrelationId` or `AppAccessContext.CorrelationId`.',
    `original_time`: STRING COMMENT '`CreationTime`, verbatim.',
    `logged_time`: BIGINT COMMENT '`contentCreated` of the blob: when Microsoft published the record; milliseconds.',
    `logged_time_dt`: TIMESTAMP COMMENT '`logged_time` as a timestamp.',
    `product`: STRUCT<
      `name`: STRING COMMENT 'Product by workload: `Exchange Online`, `Microsoft Entra ID`.',
      `vendor_name`: STRING COMMENT '`Microsoft`.',
      `feature`: STRUCT<
        `uid`: STRING COMMENT '`RecordType` as sent.',
        `name`: STRING COMMENT 'Name of the record type; the number\'s text when it is unknown.'
      > COMMENT 'The record type.'
    > COMMENT 'The product that made the record.',
    `profiles`: ARRAY<STRING> COMMENT 'OCSF profiles that this event uses, sorted.'
  > COMMENT 'About the record itself.',
  `cloud` STRUCT<
    `provider`: STRING COMMENT '`Microsoft 365`.',
    `region`: STRING COMMENT 'Microsoft region of the tenant (`GeoLocation`).',
    `account`: STRUCT<
      `uid`: STRING COMMENT '`OrganizationId`.',
      `name`: STRING COMMENT '`OrganizationName`.',
      `type_id`: INT COMMENT '17 M365 Tenant.',
      `type`: STRING COMMENT 'Caption of `type_id`.'
    > COMMENT 'The tenant.'
  > COMMENT 'The cloud and tenant.',
  `actor` STRUCT<
    `user`: STRUCT<
      `name`: STRING COMMENT 'Name as the record gives it (`UserId`), never lower-cased or cut.',
      `uid`: STRING COMMENT 'Object id (GUID) of the account.',
      `uid_alt`: STRING COMMENT 'Second identifier: PUID or SID.',
      `display_name`: STRING COMMENT 'Name for people.',
      `email_addr`: STRING COMMENT 'The name, when it is a mail address.',
      `domain`: STRING COMMENT 'Domain of the name.',
      `type_id`: INT COMMENT 'OCSF user type: 1 User, 2 Admin, 3 System, 4 Service, 99 Other.',
      `type`: STRING COMMENT 'Caption of `type_id`, or Microsoft\'s user type.'
    > COMMENT 'Who did it.',
    `app_name`: STRING COMMENT 'Application that acted.',
    `app_uid`: STRING COMMENT 'Client id of the application that acted.',
    `session`: STRUCT<
      `uid`: STRING COMMENT 'Session id (`SessionId`, `AADSessionId`).',
      `uid_alt`: STRING COMMENT 'Unique token id: follows one stolen token.',
      `issuer`: STRING COMMENT 'Issuer of the session.'
    > COMMENT 'Session of the actor.'
  > COMMENT 'Who did it, and through what.',
  `src_endpoint` STRUCT<
    `ip`: STRING COMMENT 'Address, port and brackets split off.',
    `port`: INT COMMENT 'Port.',
    `hostname`: STRING COMMENT 'Host name.',
    `svc_name`: STRING COMMENT 'Service, where the record has no address.',
    `uid`: STRING COMMENT 'Identifier of the endpoint.',
    `os`: STRUCT<
      `name`: STRING COMMENT 'Operating system as the record names it.',
      `type_id`: INT COMMENT 'OCSF operating system type: 100 Windows, 200 Linux, 201 Android, 300 macOS, 301 iOS.',
      `type`: STRING COMMENT 'Caption of `type_id`.'
    > COMMENT 'Operating system, where the record names no device.'
  > COMMENT 'From where.',
  `dst_endpoint` STRUCT<
    `ip`: STRING COMMENT 'Address, port and brackets split off.',
    `port`: INT COMMENT 'Port.',
    `hostname`: STRING COMMENT 'Host name.',
    `svc_name`: STRING COMMENT 'Service, where the record has no address.',
    `uid`: STRING COMMENT 'Identifier of the endpoint.'
  > COMMENT 'To where.',
  `http_request` STRUCT<
    `user_agent`: STRING COMMENT 'User agent or client information.',
    `url`: STRUCT<
      `url_string`: STRING COMMENT 'The whole address.',
      `hostname`: STRING COMMENT 'Host of the address.'
    > COMMENT 'Address that was asked for.'
  > COMMENT 'Request of the client.',
  `device` STRUCT<
    `hostname`: STRING COMMENT 'Name of the device.',
    `uid`: STRING COMMENT 'Device id.',
    `type_id`: INT COMMENT 'OCSF device type.',
    `type`: STRING COMMENT 'Caption of `type_id`.',
    `os`: STRUCT<
      `name`: STRING COMMENT 'Operating system as the record names it.',
      `type_id`: INT COMMENT 'OCSF operating system type: 100 Windows, 200 Linux, 201 Android, 300 macOS, 301 iOS.',
      `type`: STRING COMMENT 'Caption of `type_id`.'
    > COMMENT 'Operating system.',
    `is_compliant`: BOOLEAN COMMENT 'Whether the device meets the tenant\'s policy.',
    `is_managed`: BOOLEAN COMMENT 'Whether the tenant manages the device.',
    `ip`: STRING COMMENT 'Address of the client, in a class without `src_endpoint`.'
  > COMMENT 'Device of the actor.',
  `user` STRUCT<
    `name`: STRING COMMENT 'Name as the record gives it (`UserId`), never lower-cased or cut.',
    `uid`: STRING COMMENT 'Object id (GUID) of the account.',
    `uid_alt`: STRING COMMENT 'Second identifier: PUID or SID.',
    `display_name`: STRING COMMENT 'Name for people.',
    `email_addr`: STRING COMMENT 'The name, when it is a mail address.',
    `domain`: STRING COMMENT 'Domain of the name.',
    `type_id`: INT COMMENT 'OCSF user type: 1 User, 2 Admin, 3 System, 4 Service, 99 Other.',
    `type`: STRING COMMENT 'Caption of `type_id`, or Microsoft\'s user type.'
  > COMMENT 'On whom: the account that signs in, is changed, gains or loses.',
  `session` STRUCT<
    `uid`: STRING COMMENT 'Session id (`SessionId`, `AADSessionId`).',
    `uid_alt`: STRING COMMENT 'Unique token id: follows one stolen token.',
    `issuer`: STRING COMMENT 'Issuer of the session.'
  > COMMENT 'Session that a sign-in opened.',
  `service` STRUCT<
    `name`: STRING COMMENT 'Name of the service.',
    `uid`: STRING COMMENT 'Identifier of the service.'
  > COMMENT 'Service that was signed in to.',
  `auth_protocol_id` INT COMMENT 'OCSF authentication protocol: 5 SAML, 6 OAUTH 2.0.',
  `auth_protocol` STRING COMMENT 'Caption of `auth_protocol_id`.',
  `is_remote` BOOLEAN COMMENT 'Whether the sign-in came over a network.',
  `is_mfa` BOOLEAN COMMENT 'Whether a second factor was used, where the record says so.',
  `entity` STRUCT<
    `type_id`: INT COMMENT 'OCSF entity type: 1 Device, 2 User, 3 Group, 4 Organization, 5 Policy, 99 Other.',
    `type`: STRING COMMENT 'Caption of `type_id`, or Microsoft\'s kind.',
    `name`: STRING COMMENT 'Name of what was changed.',
    `uid`: STRING COMMENT 'Identifier of what was changed.',
    `user`: STRUCT<
      `name`: STRING COMMENT 'Name as the record gives it (`UserId`), never lower-cased or cut.',
      `uid`: STRING COMMENT 'Object id (GUID) of the account.',
      `uid_alt`: STRING COMMENT 'Second identifier: PUID or SID.',
      `display_name`: STRING COMMENT 'Name for people.',
      `email_addr`: STRING COMMENT 'The name, when it is a mail address.',
      `domain`: STRING COMMENT 'Domain of the name.',
      `type_id`: INT COMMENT 'OCSF user type: 1 User, 2 Admin, 3 System, 4 Service, 99 Other.',
      `type`: STRING COMMENT 'Caption of `type_id`, or Microsoft\'s user type.'
    > COMMENT 'The account, when it is one.',
    `group`: STRUCT<
      `name`: STRING COMMENT 'Name of the group.',
      `uid`: STRING COMMENT 'Identifier of the group.',
      `type`: STRING COMMENT 'Kind of group: Team, Role Group, SharePoint Group.',
      `uid_alt`: STRING COMMENT 'Second identifier: the directory\'s, where `uid` is the application\'s own.'
    > COMMENT 'The group, when it is one.',
    `policy`: STRUCT<
      `name`: STRING COMMENT 'Name of the policy.',
      `uid`: STRING COMMENT 'Identifier of the policy.',
      `type`: STRING COMMENT 'Kind of policy.'
    > COMMENT 'The policy, when it is one.',
    `data`: STRING COMMENT 'The changed properties, as the record gives them.'
  > COMMENT 'What was changed in the directory or configuration.',
  `group` STRUCT<
    `name`: STRING COMMENT 'Name of the group.',
    `uid`: STRING COMMENT 'Identifier of the group.',
    `type`: STRING COMMENT 'Kind of group: Team, Role Group, SharePoint Group.',
    `uid_alt`: STRING COMMENT 'Second identifier: the directory\'s, where `uid` is the application\'s own.'
  > COMMENT 'Group whose membership or existence changed.',
  `subgroup` STRUCT<
    `name`: STRING COMMENT 'Name of the group.',
    `uid`: STRING COMMENT 'Identifier of the group.',
    `type`: STRING COMMENT 'Kind of group: Team, Role Group, SharePoint Group.',
    `uid_alt`: STRING COMMENT 'Second identifier: the directory\'s, where `uid` is the application\'s own.'
  > COMMENT 'Group that joined or left the group.',
  `privileges` ARRAY<STRING> COMMENT 'Roles, scopes or rights that were given or taken.',
  `resources` ARRAY<STRUCT<
    `name`: STRING COMMENT 'Name of the resource.',
    `uid`: STRING COMMENT 'Identifier of the resource.',
    `type`: STRING COMMENT 'Kind of resource: Mailbox, Message, Folder, Role, Site.',
    `role_id`: INT COMMENT 'OCSF role: 1 Target, 3 Affected, 4 Related.',
    `role`: STRING COMMENT 'Caption of `role_id`.',
    `data`: STRING COMMENT 'Details of the resource, as the record gives them.',
    `owner`: STRUCT<
      `name`: STRING COMMENT 'Name as the record gives it.',
      `uid`: STRING COMMENT 'Object id (GUID) of the account.',
      `email_addr`: STRING COMMENT 'The name, when it is a mail address.',
      `forward_addr`: STRING COMMENT 'Where the owner\'s messages are forwarded to (`ForwardingSmtpAddress`).'
    > COMMENT 'Owner of the resource, such as the mailbox owner.',
    `data_classifications`: ARRAY<STRUCT<
      `uid`: STRING COMMENT 'Identifier of the sensitivity label.',
      `confidentiality_id`: INT COMMENT 'OCSF confidentiality; 99 Other for a label of Microsoft Purview.',
      `confidentiality`: STRING COMMENT 'Name of the sensitivity label.'
    >> COMMENT 'Sensitivity labels on the resource.',
    `tags`: ARRAY<STRUCT<
      `name`: STRING COMMENT 'Name of the setting, in the record\'s words.',
      `value`: STRING COMMENT 'Its value, in the record\'s words.'
    >> COMMENT 'Settings of the resource to search for: actions of a rule, forwarding, kind of access.'
  >> COMMENT 'What was acted on: the mailbox first, then messages; or the object of a cmdlet.',
  `api` STRUCT<
    `operation`: STRING COMMENT '`Operation` or cmdlet, verbatim.',
    `service`: STRUCT<
      `name`: STRING COMMENT 'Name of the service.',
      `uid`: STRING COMMENT 'Identifier of the service.'
    > COMMENT 'Service behind the operation.'
  > COMMENT 'The operation, where no class says more.',
  `file` STRUCT<
    `name`: STRING COMMENT 'Name of the file or folder.',
    `path`: STRING COMMENT 'Full address of the item.',
    `ext`: STRING COMMENT 'Extension, without the dot.',
    `uid`: STRING COMMENT 'Identifier of the item (`ListItemUniqueId`).',
    `size`: BIGINT COMMENT 'Size in bytes.',
    `type_id`: INT COMMENT 'OCSF file type: 1 Regular File, 2 Folder, 0 Unknown, 99 Other.',
    `type`: STRING COMMENT 'Caption of `type_id`, or Microsoft\'s item type.',
    `parent_folder`: STRING COMMENT 'Folder that holds the item.',
    `owner`: STRUCT<
      `name`: STRING COMMENT 'Name as the record gives it.',
      `uid`: STRING COMMENT 'Object id (GUID) of the account.',
      `email_addr`: STRING COMMENT 'The name, when it is a mail address.'
    > COMMENT 'Owner of the file.',
    `url`: STRUCT<
      `url_string`: STRING COMMENT 'The whole address.',
      `hostname`: STRING COMMENT 'Host of the address.'
    > COMMENT 'Address of the site that holds the item.',
    `data_classifications`: ARRAY<STRUCT<
      `uid`: STRING COMMENT 'Identifier of the sensitivity label.',
      `confidentiality_id`: INT COMMENT 'OCSF confidentiality; 99 Other for a label of Microsoft Purview.',
      `confidentiality`: STRING COMMENT 'Name of the sensitivity label.'
    >> COMMENT 'Sensitivity labels on the item.',
    `hashes`: ARRAY<STRUCT<
      `algorithm_id`: INT COMMENT 'OCSF hash algorithm: 1 MD5, 2 SHA-1, 3 SHA-256, 7 quickXorHash.',
      `algorithm`: STRING COMMENT 'Caption of `algorithm_id`.',
      `value`: STRING COMMENT 'The hash, as the record writes it.'
    >> COMMENT 'Hashes of the content.',
    `tags`: ARRAY<STRUCT<
      `name`: STRING COMMENT 'Name of the setting, in the record\'s words.',
      `value`: STRING COMMENT 'Its value, in the record\'s words.'
    >> COMMENT 'What the record says of sharing: kind of link, kind of account it was shared with.'
  > COMMENT 'File or folder that was acted on.',
  `file_result` STRUCT<
    `name`: STRING COMMENT 'Name of the file or folder.',
    `path`: STRING COMMENT 'Full address of the item.',
    `ext`: STRING COMMENT 'Extension, without the dot.',
    `type_id`: INT COMMENT 'OCSF file type.',
    `type`: STRING COMMENT 'Caption of `type_id`.'
  > COMMENT 'The file after a rename, copy or move.',
  `share` STRING COMMENT 'Kind of sharing link or grant.',
  `access_list` ARRAY<STRING> COMMENT 'Whom the item was shared with, and permissions given.',
  `expiration_time` BIGINT COMMENT 'When a sharing link expires; milliseconds.',
  `web_resources` ARRAY<STRUCT<
    `name`: STRING COMMENT 'Name of the page, list, site, message or report.',
    `uid`: STRING COMMENT 'Identifier of the resource.',
    `type`: STRING COMMENT 'Kind of resource, in the record\'s words.',
    `url_string`: STRING COMMENT 'Address of the resource.',
    `data`: STRING COMMENT 'Details of the resource, as the record gives them.',
    `data_classifications`: ARRAY<STRUCT<
      `uid`: STRING COMMENT 'Identifier of the sensitivity label.',
      `confidentiality_id`: INT COMMENT 'OCSF confidentiality; 99 Other for a label of Microsoft Purview.',
      `confidentiality`: STRING COMMENT 'Name of the sensitivity label.'
    >> COMMENT 'Sensitivity labels on the resource.',
    `labels`: ARRAY<STRING> COMMENT 'What the record says of its nature: kind of conversation, foreign or guest users, access level.',
    `tags`: ARRAY<STRUCT<
      `name`: STRING COMMENT 'Name of the setting, in the record\'s words.',
      `value`: STRING COMMENT 'Its value, in the record\'s words.'
    >> COMMENT 'Settings of the resource to search for, such as a permission level and its rights.'
  >> COMMENT 'Pages, lists, sites, messages, reports and the like.',
  `app` STRUCT<
    `name`: STRING COMMENT 'Name of the application.',
    `uid`: STRING COMMENT 'Identifier of the application.',
    `vendor_name`: STRING COMMENT 'Vendor of the application.',
    `version`: STRING COMMENT 'Version of the application.',
    `url_string`: STRING COMMENT 'Address of the application, such as the page of a flow.'
  > COMMENT 'Application that was installed, removed or run.',
  `database` STRUCT<
    `name`: STRING COMMENT 'Name of the database.',
    `uid`: STRING COMMENT 'Identifier of the database.',
    `type_id`: INT COMMENT 'OCSF database type; 99 Other.',
    `type`: STRING COMMENT 'Caption of `type_id`, or Microsoft\'s kind.'
  > COMMENT 'Database that was read or changed.',
  `table` STRUCT<
    `name`: STRING COMMENT 'Name of the service.',
    `uid`: STRING COMMENT 'Identifier of the service.'
  > COMMENT 'Table that was read or changed.',
  `query_info` STRUCT<
    `name`: STRING COMMENT 'Name of the query.',
    `uid`: STRING COMMENT 'Identifier of the query.',
    `query_string`: STRING COMMENT 'Text of the query.'
  > COMMENT 'Query that was run.',
  `email` STRUCT<
    `from`: STRING COMMENT 'Sender address (P2, the visible one).',
    `return_path`: STRING COMMENT 'Sender address of the envelope (P1).',
    `to`: ARRAY<STRING> COMMENT 'Recipients.',
    `cc`: ARRAY<STRING> COMMENT 'Copied recipients.',
    `subject`: STRING COMMENT 'Subject.',
    `message_uid`: STRING COMMENT 'Internet message id.',
    `uid`: STRING COMMENT 'Identifier of the message in Exchange.',
    `size`: BIGINT COMMENT 'Size in bytes.',
    `x_originating_ip`: ARRAY<STRING> COMMENT 'Address that the message came from.',
    `files`: ARRAY<STRUCT<
      `name`: STRING COMMENT 'Name of the file.',
      `path`: STRING COMMENT 'Full address of the file.',
      `ext`: STRING COMMENT 'Extension, without the dot.',
      `type_id`: INT COMMENT 'OCSF file type.',
      `type`: STRING COMMENT 'Caption of `type_id`.',
      `hashes`: ARRAY<STRUCT<
        `algorithm_id`: INT COMMENT 'OCSF hash algorithm: 1 MD5, 2 SHA-1, 3 SHA-256, 7 quickXorHash.',
        `algorithm`: STRING COMMENT 'Caption of `algorithm_id`.',
        `value`: STRING COMMENT 'The hash, as the record writes it.'
      >> COMMENT 'Hashes of the content.'
    >> COMMENT 'Attachments.',
    `urls`: ARRAY<STRUCT<
      `url_string`: STRING COMMENT 'The whole address.',
      `hostname`: STRING COMMENT 'Host of the address.'
    >> COMMENT 'Links in the message.',
    `data_classifications`: ARRAY<STRUCT<
      `uid`: STRING COMMENT 'Identifier of the sensitivity label.',
      `confidentiality_id`: INT COMMENT 'OCSF confidentiality; 99 Other for a label of Microsoft Purview.',
      `confidentiality`: STRING COMMENT 'Name of the sensitivity label.'
    >> COMMENT 'Sensitivity labels on the message.'
  > COMMENT 'Message that was sent or scanned.',
  `direction_id` INT COMMENT 'OCSF direction of a message: 1 Inbound, 2 Outbound, 3 Internal, 0 Unknown.',
  `direction` STRING COMMENT 'Caption of `direction_id`.',
  `finding_info` STRUCT<
    `uid`: STRING COMMENT 'Alert, incident or investigation id.',
    `title`: STRING COMMENT 'Title of the finding.',
    `desc`: STRING COMMENT 'Description.',
    `types`: ARRAY<STRING> COMMENT 'Categories.',
    `src_url`: STRING COMMENT 'Link to the finding.',
    `analytic`: STRUCT<
      `name`: STRING COMMENT 'Rule or policy.',
      `uid`: STRING COMMENT 'Identifier of the rule or policy.',
      `type_id`: INT COMMENT 'OCSF analytic type: 1 Rule.',
      `type`: STRING COMMENT 'Caption of `type_id`.'
    > COMMENT 'What found it.'
  > COMMENT 'The finding.',
  `is_alert` BOOLEAN COMMENT 'Whether the finding is an alert.',
  `comment` STRING COMMENT 'Comment: changed property names, a reviewer\'s words.',
  `action_id` INT COMMENT 'OCSF action of a control: 1 Allowed, 2 Denied, 3 Observed, 4 Modified.',
  `action` STRING COMMENT 'Caption of `action_id`.',
  `disposition_id` INT COMMENT 'OCSF disposition: 1 Allowed, 2 Blocked, 3 Quarantined, 5 Deleted, …',
  `disposition` STRING COMMENT 'Caption of `disposition_id`.',
  `policy` STRUCT<
    `name`: STRING COMMENT 'Name of the policy.',
    `uid`: STRING COMMENT 'Identifier of the policy.',
    `type`: STRING COMMENT 'Kind of policy.'
  > COMMENT 'Policy that a control applied.',
  `malware` ARRAY<STRUCT<
    `name`: STRING COMMENT 'Name of the malware.',
    `provider`: STRING COMMENT 'Who named it.',
    `classification_ids`: ARRAY<INT> COMMENT 'OCSF malware classes; 0 Unknown.'
  >> COMMENT 'Malware that was found.',
  `data_security` STRUCT<
    `policy`: STRUCT<
      `name`: STRING COMMENT 'Name of the policy.',
      `uid`: STRING COMMENT 'Identifier of the policy.',
      `type`: STRING COMMENT 'Kind of policy.'
    > COMMENT 'DLP policy.',
    `discovery_details`: ARRAY<STRUCT<
      `type`: STRING COMMENT 'Sensitive information type (GUID, or name where given).',
      `count`: INT COMMENT 'How often it was found.'
    >> COMMENT 'Sensitive information that was found.',
    `detection_system_id`: INT COMMENT '1 Endpoint, 10 Application-Level DLP.',
    `detection_system`: STRING COMMENT 'Caption of `detection_system_id`.',
    `data_lifecycle_state_id`: INT COMMENT '1 Data at-Rest, 2 Data in-Transit, 3 Data in-Use.',
    `data_lifecycle_state`: STRING COMMENT 'Caption of `data_lifecycle_state_id`.'
  > COMMENT 'What a DLP policy found.',
  `evidences` ARRAY<STRUCT<
    `name`: STRING COMMENT 'Kind of evidence.',
    `file`: STRUCT<
      `name`: STRING COMMENT 'Name of the file.',
      `path`: STRING COMMENT 'Full address of the file.',
      `ext`: STRING COMMENT 'Extension, without the dot.',
      `type_id`: INT COMMENT 'OCSF file type.',
      `type`: STRING COMMENT 'Caption of `type_id`.',
      `hashes`: ARRAY<STRUCT<
        `algorithm_id`: INT COMMENT 'OCSF hash algorithm: 1 MD5, 2 SHA-1, 3 SHA-256, 7 quickXorHash.',
        `algorithm`: STRING COMMENT 'Caption of `algorithm_id`.',
        `value`: STRING COMMENT 'The hash, as the record writes it.'
      >> COMMENT 'Hashes of the content.'
    > COMMENT 'File.',
    `user`: STRUCT<
      `name`: STRING COMMENT 'Name as the record gives it.',
      `uid`: STRING COMMENT 'Object id (GUID) of the account.',
      `email_addr`: STRING COMMENT 'The name, when it is a mail address.'
    > COMMENT 'Account.',
    `data`: STRING COMMENT 'Details, as the record gives them.',
    `url`: STRUCT<
      `url_string`: STRING COMMENT 'The whole address.',
      `hostname`: STRING COMMENT 'Host of the address.'
    > COMMENT 'Link.',
    `src_endpoint`: STRUCT<
      `ip`: STRING COMMENT 'Address, port and brackets split off.',
      `port`: INT COMMENT 'Port.',
      `hostname`: STRING COMMENT 'Host name.',
      `svc_name`: STRING COMMENT 'Service, where the record has no address.',
      `uid`: STRING COMMENT 'Identifier of the endpoint.'
    > COMMENT 'Address.',
    `email`: STRUCT<
      `from`: STRING COMMENT 'Sender.',
      `to`: ARRAY<STRING> COMMENT 'Recipients.',
      `subject`: STRING COMMENT 'Subject.',
      `message_uid`: STRING COMMENT 'Internet message id.',
      `uid`: STRING COMMENT 'Identifier of the message in Exchange.'
    > COMMENT 'Message.',
    `device`: STRUCT<
      `hostname`: STRING COMMENT 'Name of the device.',
      `uid`: STRING COMMENT 'Device id.',
      `type_id`: INT COMMENT 'OCSF device type.',
      `type`: STRING COMMENT 'Caption of `type_id`.'
    > COMMENT 'Device.'
  >> COMMENT 'Evidence of a finding.',
  `log_name` STRING COMMENT 'Log that was switched on or off.',
  `log_provider` STRING COMMENT 'Provider of that log.',
  `log_type_id` INT COMMENT '2 Application.',
  `log_type` STRING COMMENT 'Caption of `log_type_id`.',
  `observables` ARRAY<STRUCT<
    `name`: STRING COMMENT 'Path of the attribute that holds the value.',
    `type_id`: INT COMMENT 'OCSF observable type.',
    `type`: STRING COMMENT 'Caption of `type_id`.',
    `value`: STRING COMMENT 'The value.'
  >> COMMENT 'Addresses, names, files and links of the event, to search in one place.',
  `unmapped` STRING COMMENT 'Members of the record that no column took, as JSON text.',
  `raw_data` STRING COMMENT 'The record as it came, byte for byte.',
  `auditlake` STRUCT<
    `connection`: STRING COMMENT 'Connection that fetched the record.',
    `content_id`: STRING COMMENT 'Content blob that held the record, or file.'
  > COMMENT 'Provenance. The one column that is not OCSF\'s.',
  `risk_level_id` INT COMMENT 'OCSF risk level: 0 Info, 1 Low, 2 Medium, 3 High, 4 Critical, 99 Other.',
  `risk_level` STRING COMMENT 'Caption of `risk_level_id`, or the record\'s words.',
  `web_resources_result` ARRAY<STRUCT<
    `name`: STRING COMMENT 'Name of the page, list, site, message or report.',
    `uid`: STRING COMMENT 'Identifier of the resource.',
    `type`: STRING COMMENT 'Kind of resource, in the record\'s words.',
    `url_string`: STRING COMMENT 'Address of the resource.',
    `data`: STRING COMMENT 'Details of the resource, as the record gives them.',
    `data_classifications`: ARRAY<STRUCT<
      `uid`: STRING COMMENT 'Identifier of the sensitivity label.',
      `confidentiality_id`: INT COMMENT 'OCSF confidentiality; 99 Other for a label of Microsoft Purview.',
      `confidentiality`: STRING COMMENT 'Name of the sensitivity label.'
    >> COMMENT 'Sensitivity labels on the resource.',
    `labels`: ARRAY<STRING> COMMENT 'What the record says of its nature: kind of conversation, foreign or guest users, access level.',
    `tags`: ARRAY<STRUCT<
      `name`: STRING COMMENT 'Name of the setting, in the record\'s words.',
      `value`: STRING COMMENT 'Its value, in the record\'s words.'
    >> COMMENT 'Settings of the resource to search for, such as a permission level and its rights.'
  >> COMMENT 'What came of a copy, a move or a rename.',
  `ai_model` STRUCT<
    `ai_provider`: STRING COMMENT 'Who runs the model.',
    `name`: STRING COMMENT 'Name of the model.',
    `version`: STRING COMMENT 'Version of the model.'
  > COMMENT 'Model that answered.',
  `message_context` STRUCT<
    `uid`: STRING COMMENT 'Conversation (`ThreadId`).',
    `name`: STRING COMMENT 'Name of the conversation or agent.',
    `ai_role_id`: INT COMMENT 'OCSF role: 1 User, 2 Assistant, 4 Agent, 99 Other.',
    `ai_role`: STRING COMMENT 'Caption of `ai_role_id`.',
    `application`: STRUCT<
      `name`: STRING COMMENT 'Name of the service.',
      `uid`: STRING COMMENT 'Identifier of the service.'
    > COMMENT 'Application that the model was asked in.'
  > COMMENT 'The conversation with an AI model.',
  `email_auth` STRUCT<
    `dkim`: STRING COMMENT 'Outcome of DKIM.',
    `dmarc`: STRING COMMENT 'Outcome of DMARC.',
    `spf`: STRING COMMENT 'Outcome of SPF.'
  > COMMENT 'How the sender of a message was authenticated.',
  `confidence_score` INT COMMENT 'Highest confidence among the sensitive information that was found, 0 to 100.',
  `class_name` STRING COMMENT 'Caption of the class.',
  `event_day` DATE COMMENT 'Day of `time`, UTC.'
)
USING PARQUET
PARTITIONED BY (`class_name`, `event_day`)
LOCATION 's3://BUCKET/LAKE/events/';

-- Again whenever there are new days.
MSCK REPAIR TABLE `events`;
