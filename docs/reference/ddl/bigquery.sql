-- Google BigQuery. Made by `cargo xtask docs`; change the code, not this page.
-- For your own lake: auditlake schema ddl bigquery --lake URL

CREATE OR REPLACE EXTERNAL TABLE `events` (
  `time` INT64 OPTIONS (description = 'When it happened (`CreationTime`, UTC), in milliseconds since 1970.'),
  `time_dt` TIMESTAMP OPTIONS (description = '`time` as a timestamp: what partitions and sorting use.'),
  `class_uid` INT64 OPTIONS (description = 'OCSF class.'),
  `class_name` STRING OPTIONS (description = 'Caption of the class.'),
  `category_uid` INT64 OPTIONS (description = 'OCSF category.'),
  `category_name` STRING OPTIONS (description = 'Caption of the category.'),
  `activity_id` INT64 OPTIONS (description = 'OCSF activity within the class.'),
  `activity_name` STRING OPTIONS (description = 'Caption of the activity; the operation as sent when it is 99 Other.'),
  `type_uid` INT64 OPTIONS (description = '`class_uid` × 100 + `activity_id`.'),
  `type_name` STRING OPTIONS (description = 'Class and activity captions.'),
  `severity_id` INT64 OPTIONS (description = 'OCSF severity: 1 Informational, 2 Low, 3 Medium, 4 High.'),
  `severity` STRING OPTIONS (description = 'Caption of `severity_id`.'),
  `status_id` INT64 OPTIONS (description = 'OCSF outcome: 1 Success, 2 Failure (findings: 1 New, 3 Suppressed, 4 Resolved), 0 Unknown, 99 Other.'),
  `status` STRING OPTIONS (description = 'Caption of `status_id`, or the record\'s words.'),
  `status_code` STRING OPTIONS (description = 'Error number.'),
  `status_detail` STRING OPTIONS (description = 'Error text.'),
  `message` STRING OPTIONS (description = 'What happened, in a line.'),
  `count` INT64 OPTIONS (description = 'How many operations the record stands for (`OperationCount`).'),
  `metadata` STRUCT<
    `version` STRING OPTIONS (description = 'OCSF version.'),
    `uid` STRING OPTIONS (description = 'Identity of the record: 128-bit hash of all its members, whatever their order, in hexadecimal.'),
    `original_event_uid` STRING OPTIONS (description = '`Id` of the record.'),
    `event_code` STRING OPTIONS (description = '`Operation`, verbatim.'),
    `log_name` STRING OPTIONS (description = 'Content type (feed): `Audit.Exchange`.'),
    `log_provider` STRING OPTIONS (description = '`Workload`, verbatim.'),
    `log_version` STRING OPTIONS (description = '`Version` of the record.'),
    `tenant_uid` STRING OPTIONS (description = '`OrganizationId`.'),
    `correlation_uid` STRING OPTIONS (description = '`InterSystemsId`, `CorrelationId` or `AppAccessContext.CorrelationId`.'),
    `original_time` STRING OPTIONS (description = '`CreationTime`, verbatim.'),
    `logged_time` INT64 OPTIONS (description = '`contentCreated` of the blob: when Microsoft published the record; milliseconds.'),
    `logged_time_dt` TIMESTAMP OPTIONS (description = '`logged_time` as a timestamp.'),
    `product` STRUCT<
      `name` STRING OPTIONS (description = 'Product by workload: `Exchange Online`, `Microsoft Entra ID`.'),
      `vendor_name` STRING OPTIONS (description = '`Microsoft`.'),
      `feature` STRUCT<
        `uid` STRING OPTIONS (description = '`RecordType` as sent.'),
        `name` STRING OPTIONS (description = 'Name of the record type; the number\'s text when it is unknown.')
      > OPTIONS (description = 'The record type.')
    > OPTIONS (description = 'The product that made the record.'),
    `profiles` ARRAY<STRING> OPTIONS (description = 'OCSF profiles that this event uses, sorted.')
  > OPTIONS (description = 'About the record itself.'),
  `cloud` STRUCT<
    `provider` STRING OPTIONS (description = '`Microsoft 365`.'),
    `region` STRING OPTIONS (description = 'Microsoft region of the tenant (`GeoLocation`).'),
    `account` STRUCT<
      `uid` STRING OPTIONS (description = '`OrganizationId`.'),
      `name` STRING OPTIONS (description = '`OrganizationName`.'),
      `type_id` INT64 OPTIONS (description = '17 M365 Tenant.'),
      `type` STRING OPTIONS (description = 'Caption of `type_id`.')
    > OPTIONS (description = 'The tenant.')
  > OPTIONS (description = 'The cloud and tenant.'),
  `actor` STRUCT<
    `user` STRUCT<
      `name` STRING OPTIONS (description = 'Name as the record gives it (`UserId`), never lower-cased or cut.'),
      `uid` STRING OPTIONS (description = 'Object id (GUID) of the account.'),
      `uid_alt` STRING OPTIONS (description = 'Second identifier: PUID or SID.'),
      `display_name` STRING OPTIONS (description = 'Name for people.'),
      `email_addr` STRING OPTIONS (description = 'The name, when it is a mail address.'),
      `domain` STRING OPTIONS (description = 'Domain of the name.'),
      `type_id` INT64 OPTIONS (description = 'OCSF user type: 1 User, 2 Admin, 3 System, 4 Service, 99 Other.'),
      `type` STRING OPTIONS (description = 'Caption of `type_id`, or Microsoft\'s user type.')
    > OPTIONS (description = 'Who did it.'),
    `app_name` STRING OPTIONS (description = 'Application that acted.'),
    `app_uid` STRING OPTIONS (description = 'Client id of the application that acted.'),
    `session` STRUCT<
      `uid` STRING OPTIONS (description = 'Session id (`SessionId`, `AADSessionId`).'),
      `uid_alt` STRING OPTIONS (description = 'Unique token id: follows one stolen token.'),
      `issuer` STRING OPTIONS (description = 'Issuer of the session.')
    > OPTIONS (description = 'Session of the actor.')
  > OPTIONS (description = 'Who did it, and through what.'),
  `src_endpoint` STRUCT<
    `ip` STRING OPTIONS (description = 'Address, port and brackets split off.'),
    `port` INT64 OPTIONS (description = 'Port.'),
    `hostname` STRING OPTIONS (description = 'Host name.'),
    `svc_name` STRING OPTIONS (description = 'Service, where the record has no address.'),
    `uid` STRING OPTIONS (description = 'Identifier of the endpoint.'),
    `os` STRUCT<
      `name` STRING OPTIONS (description = 'Operating system as the record names it.'),
      `type_id` INT64 OPTIONS (description = 'OCSF operating system type: 100 Windows, 200 Linux, 201 Android, 300 macOS, 301 iOS.'),
      `type` STRING OPTIONS (description = 'Caption of `type_id`.')
    > OPTIONS (description = 'Operating system, where the record names no device.')
  > OPTIONS (description = 'From where.'),
  `dst_endpoint` STRUCT<
    `ip` STRING OPTIONS (description = 'Address, port and brackets split off.'),
    `port` INT64 OPTIONS (description = 'Port.'),
    `hostname` STRING OPTIONS (description = 'Host name.'),
    `svc_name` STRING OPTIONS (description = 'Service, where the record has no address.'),
    `uid` STRING OPTIONS (description = 'Identifier of the endpoint.')
  > OPTIONS (description = 'To where.'),
  `http_request` STRUCT<
    `user_agent` STRING OPTIONS (description = 'User agent or client information.'),
    `url` STRUCT<
      `url_string` STRING OPTIONS (description = 'The whole address.'),
      `hostname` STRING OPTIONS (description = 'Host of the address.')
    > OPTIONS (description = 'Address that was asked for.')
  > OPTIONS (description = 'Request of the client.'),
  `device` STRUCT<
    `hostname` STRING OPTIONS (description = 'Name of the device.'),
    `uid` STRING OPTIONS (description = 'Device id.'),
    `type_id` INT64 OPTIONS (description = 'OCSF device type.'),
    `type` STRING OPTIONS (description = 'Caption of `type_id`.'),
    `os` STRUCT<
      `name` STRING OPTIONS (description = 'Operating system as the record names it.'),
      `type_id` INT64 OPTIONS (description = 'OCSF operating system type: 100 Windows, 200 Linux, 201 Android, 300 macOS, 301 iOS.'),
      `type` STRING OPTIONS (description = 'Caption of `type_id`.')
    > OPTIONS (description = 'Operating system.'),
    `is_compliant` BOOL OPTIONS (description = 'Whether the device meets the tenant\'s policy.'),
    `is_managed` BOOL OPTIONS (description = 'Whether the tenant manages the device.'),
    `ip` STRING OPTIONS (description = 'Address of the client, in a class without `src_endpoint`.')
  > OPTIONS (description = 'Device of the actor.'),
  `user` STRUCT<
    `name` STRING OPTIONS (description = 'Name as the record gives it (`UserId`), never lower-cased or cut.'),
    `uid` STRING OPTIONS (description = 'Object id (GUID) of the account.'),
    `uid_alt` STRING OPTIONS (description = 'Second identifier: PUID or SID.'),
    `display_name` STRING OPTIONS (description = 'Name for people.'),
    `email_addr` STRING OPTIONS (description = 'The name, when it is a mail address.'),
    `domain` STRING OPTIONS (description = 'Domain of the name.'),
    `type_id` INT64 OPTIONS (description = 'OCSF user type: 1 User, 2 Admin, 3 System, 4 Service, 99 Other.'),
    `type` STRING OPTIONS (description = 'Caption of `type_id`, or Microsoft\'s user type.')
  > OPTIONS (description = 'On whom: the account that signs in, is changed, gains or loses.'),
  `session` STRUCT<
    `uid` STRING OPTIONS (description = 'Session id (`SessionId`, `AADSessionId`).'),
    `uid_alt` STRING OPTIONS (description = 'Unique token id: follows one stolen token.'),
    `issuer` STRING OPTIONS (description = 'Issuer of the session.')
  > OPTIONS (description = 'Session that a sign-in opened.'),
  `service` STRUCT<
    `name` STRING OPTIONS (description = 'Name of the service.'),
    `uid` STRING OPTIONS (description = 'Identifier of the service.')
  > OPTIONS (description = 'Service that was signed in to.'),
  `auth_protocol_id` INT64 OPTIONS (description = 'OCSF authentication protocol: 5 SAML, 6 OAUTH 2.0.'),
  `auth_protocol` STRING OPTIONS (description = 'Caption of `auth_protocol_id`.'),
  `is_remote` BOOL OPTIONS (description = 'Whether the sign-in came over a network.'),
  `is_mfa` BOOL OPTIONS (description = 'Whether a second factor was used, where the record says so.'),
  `entity` STRUCT<
    `type_id` INT64 OPTIONS (description = 'OCSF entity type: 1 Device, 2 User, 3 Group, 4 Organization, 5 Policy, 99 Other.'),
    `type` STRING OPTIONS (description = 'Caption of `type_id`, or Microsoft\'s kind.'),
    `name` STRING OPTIONS (description = 'Name of what was changed.'),
    `uid` STRING OPTIONS (description = 'Identifier of what was changed.'),
    `user` STRUCT<
      `name` STRING OPTIONS (description = 'Name as the record gives it (`UserId`), never lower-cased or cut.'),
      `uid` STRING OPTIONS (description = 'Object id (GUID) of the account.'),
      `uid_alt` STRING OPTIONS (description = 'Second identifier: PUID or SID.'),
      `display_name` STRING OPTIONS (description = 'Name for people.'),
      `email_addr` STRING OPTIONS (description = 'The name, when it is a mail address.'),
      `domain` STRING OPTIONS (description = 'Domain of the name.'),
      `type_id` INT64 OPTIONS (description = 'OCSF user type: 1 User, 2 Admin, 3 System, 4 Service, 99 Other.'),
      `type` STRING OPTIONS (description = 'Caption of `type_id`, or Microsoft\'s user type.')
    > OPTIONS (description = 'The account, when it is one.'),
    `group` STRUCT<
      `name` STRING OPTIONS (description = 'Name of the group.'),
      `uid` STRING OPTIONS (description = 'Identifier of the group.'),
      `type` STRING OPTIONS (description = 'Kind of group: Team, Role Group, SharePoint Group.'),
      `uid_alt` STRING OPTIONS (description = 'Second identifier: the directory\'s, where `uid` is the application\'s own.')
    > OPTIONS (description = 'The group, when it is one.'),
    `policy` STRUCT<
      `name` STRING OPTIONS (description = 'Name of the policy.'),
      `uid` STRING OPTIONS (description = 'Identifier of the policy.'),
      `type` STRING OPTIONS (description = 'Kind of policy.')
    > OPTIONS (description = 'The policy, when it is one.'),
    `data` STRING OPTIONS (description = 'The changed properties, as the record gives them.')
  > OPTIONS (description = 'What was changed in the directory or configuration.'),
  `group` STRUCT<
    `name` STRING OPTIONS (description = 'Name of the group.'),
    `uid` STRING OPTIONS (description = 'Identifier of the group.'),
    `type` STRING OPTIONS (description = 'Kind of group: Team, Role Group, SharePoint Group.'),
    `uid_alt` STRING OPTIONS (description = 'Second identifier: the directory\'s, where `uid` is the application\'s own.')
  > OPTIONS (description = 'Group whose membership or existence changed.'),
  `subgroup` STRUCT<
    `name` STRING OPTIONS (description = 'Name of the group.'),
    `uid` STRING OPTIONS (description = 'Identifier of the group.'),
    `type` STRING OPTIONS (description = 'Kind of group: Team, Role Group, SharePoint Group.'),
    `uid_alt` STRING OPTIONS (description = 'Second identifier: the directory\'s, where `uid` is the application\'s own.')
  > OPTIONS (description = 'Group that joined or left the group.'),
  `privileges` ARRAY<STRING> OPTIONS (description = 'Roles, scopes or rights that were given or taken.'),
  `resources` ARRAY<STRUCT<
    `name` STRING OPTIONS (description = 'Name of the resource.'),
    `uid` STRING OPTIONS (description = 'Identifier of the resource.'),
    `type` STRING OPTIONS (description = 'Kind of resource: Mailbox, Message, Folder, Role, Site.'),
    `role_id` INT64 OPTIONS (description = 'OCSF role: 1 Target, 3 Affected, 4 Related.'),
    `role` STRING OPTIONS (description = 'Caption of `role_id`.'),
    `data` STRING OPTIONS (description = 'Details of the resource, as the record gives them.'),
    `owner` STRUCT<
      `name` STRING OPTIONS (description = 'Name as the record gives it.'),
      `uid` STRING OPTIONS (description = 'Object id (GUID) of the account.'),
      `email_addr` STRING OPTIONS (description = 'The name, when it is a mail address.'),
      `forward_addr` STRING OPTIONS (description = 'Where the owner\'s messages are forwarded to (`ForwardingSmtpAddress`).')
    > OPTIONS (description = 'Owner of the resource, such as the mailbox owner.'),
    `data_classifications` ARRAY<STRUCT<
      `uid` STRING OPTIONS (description = 'Identifier of the sensitivity label.'),
      `confidentiality_id` INT64 OPTIONS (description = 'OCSF confidentiality; 99 Other for a label of Microsoft Purview.'),
      `confidentiality` STRING OPTIONS (description = 'Name of the sensitivity label.')
    >> OPTIONS (description = 'Sensitivity labels on the resource.'),
    `tags` ARRAY<STRUCT<
      `name` STRING OPTIONS (description = 'Name of the setting, in the record\'s words.'),
      `value` STRING OPTIONS (description = 'Its value, in the record\'s words.')
    >> OPTIONS (description = 'Settings of the resource to search for: actions of a rule, forwarding, kind of access.')
  >> OPTIONS (description = 'What was acted on: the mailbox first, then messages; or the object of a cmdlet.'),
  `api` STRUCT<
    `operation` STRING OPTIONS (description = '`Operation` or cmdlet, verbatim.'),
    `service` STRUCT<
      `name` STRING OPTIONS (description = 'Name of the service.'),
      `uid` STRING OPTIONS (description = 'Identifier of the service.')
    > OPTIONS (description = 'Service behind the operation.')
  > OPTIONS (description = 'The operation, where no class says more.'),
  `file` STRUCT<
    `name` STRING OPTIONS (description = 'Name of the file or folder.'),
    `path` STRING OPTIONS (description = 'Full address of the item.'),
    `ext` STRING OPTIONS (description = 'Extension, without the dot.'),
    `uid` STRING OPTIONS (description = 'Identifier of the item (`ListItemUniqueId`).'),
    `size` INT64 OPTIONS (description = 'Size in bytes.'),
    `type_id` INT64 OPTIONS (description = 'OCSF file type: 1 Regular File, 2 Folder, 0 Unknown, 99 Other.'),
    `type` STRING OPTIONS (description = 'Caption of `type_id`, or Microsoft\'s item type.'),
    `parent_folder` STRING OPTIONS (description = 'Folder that holds the item.'),
    `owner` STRUCT<
      `name` STRING OPTIONS (description = 'Name as the record gives it.'),
      `uid` STRING OPTIONS (description = 'Object id (GUID) of the account.'),
      `email_addr` STRING OPTIONS (description = 'The name, when it is a mail address.')
    > OPTIONS (description = 'Owner of the file.'),
    `url` STRUCT<
      `url_string` STRING OPTIONS (description = 'The whole address.'),
      `hostname` STRING OPTIONS (description = 'Host of the address.')
    > OPTIONS (description = 'Address of the site that holds the item.'),
    `data_classifications` ARRAY<STRUCT<
      `uid` STRING OPTIONS (description = 'Identifier of the sensitivity label.'),
      `confidentiality_id` INT64 OPTIONS (description = 'OCSF confidentiality; 99 Other for a label of Microsoft Purview.'),
      `confidentiality` STRING OPTIONS (description = 'Name of the sensitivity label.')
    >> OPTIONS (description = 'Sensitivity labels on the item.'),
    `hashes` ARRAY<STRUCT<
      `algorithm_id` INT64 OPTIONS (description = 'OCSF hash algorithm: 1 MD5, 2 SHA-1, 3 SHA-256, 7 quickXorHash.'),
      `algorithm` STRING OPTIONS (description = 'Caption of `algorithm_id`.'),
      `value` STRING OPTIONS (description = 'The hash, as the record writes it.')
    >> OPTIONS (description = 'Hashes of the content.'),
    `tags` ARRAY<STRUCT<
      `name` STRING OPTIONS (description = 'Name of the setting, in the record\'s words.'),
      `value` STRING OPTIONS (description = 'Its value, in the record\'s words.')
    >> OPTIONS (description = 'What the record says of sharing: kind of link, kind of account it was shared with.')
  > OPTIONS (description = 'File or folder that was acted on.'),
  `file_result` STRUCT<
    `name` STRING OPTIONS (description = 'Name of the file or folder.'),
    `path` STRING OPTIONS (description = 'Full address of the item.'),
    `ext` STRING OPTIONS (description = 'Extension, without the dot.'),
    `type_id` INT64 OPTIONS (description = 'OCSF file type.'),
    `type` STRING OPTIONS (description = 'Caption of `type_id`.')
  > OPTIONS (description = 'The file after a rename, copy or move.'),
  `share` STRING OPTIONS (description = 'Kind of sharing link or grant.'),
  `access_list` ARRAY<STRING> OPTIONS (description = 'Whom the item was shared with, and permissions given.'),
  `expiration_time` INT64 OPTIONS (description = 'When a sharing link expires; milliseconds.'),
  `web_resources` ARRAY<STRUCT<
    `name` STRING OPTIONS (description = 'Name of the page, list, site, message or report.'),
    `uid` STRING OPTIONS (description = 'Identifier of the resource.'),
    `type` STRING OPTIONS (description = 'Kind of resource, in the record\'s words.'),
    `url_string` STRING OPTIONS (description = 'Address of the resource.'),
    `data` STRING OPTIONS (description = 'Details of the resource, as the record gives them.'),
    `data_classifications` ARRAY<STRUCT<
      `uid` STRING OPTIONS (description = 'Identifier of the sensitivity label.'),
      `confidentiality_id` INT64 OPTIONS (description = 'OCSF confidentiality; 99 Other for a label of Microsoft Purview.'),
      `confidentiality` STRING OPTIONS (description = 'Name of the sensitivity label.')
    >> OPTIONS (description = 'Sensitivity labels on the resource.'),
    `labels` ARRAY<STRING> OPTIONS (description = 'What the record says of its nature: kind of conversation, foreign or guest users, access level.'),
    `tags` ARRAY<STRUCT<
      `name` STRING OPTIONS (description = 'Name of the setting, in the record\'s words.'),
      `value` STRING OPTIONS (description = 'Its value, in the record\'s words.')
    >> OPTIONS (description = 'Settings of the resource to search for, such as a permission level and its rights.')
  >> OPTIONS (description = 'Pages, lists, sites, messages, reports and the like.'),
  `app` STRUCT<
    `name` STRING OPTIONS (description = 'Name of the application.'),
    `uid` STRING OPTIONS (description = 'Identifier of the application.'),
    `vendor_name` STRING OPTIONS (description = 'Vendor of the application.'),
    `version` STRING OPTIONS (description = 'Version of the application.'),
    `url_string` STRING OPTIONS (description = 'Address of the application, such as the page of a flow.')
  > OPTIONS (description = 'Application that was installed, removed or run.'),
  `database` STRUCT<
    `name` STRING OPTIONS (description = 'Name of the database.'),
    `uid` STRING OPTIONS (description = 'Identifier of the database.'),
    `type_id` INT64 OPTIONS (description = 'OCSF database type; 99 Other.'),
    `type` STRING OPTIONS (description = 'Caption of `type_id`, or Microsoft\'s kind.')
  > OPTIONS (description = 'Database that was read or changed.'),
  `table` STRUCT<
    `name` STRING OPTIONS (description = 'Name of the service.'),
    `uid` STRING OPTIONS (description = 'Identifier of the service.')
  > OPTIONS (description = 'Table that was read or changed.'),
  `query_info` STRUCT<
    `name` STRING OPTIONS (description = 'Name of the query.'),
    `uid` STRING OPTIONS (description = 'Identifier of the query.'),
    `query_string` STRING OPTIONS (description = 'Text of the query.')
  > OPTIONS (description = 'Query that was run.'),
  `email` STRUCT<
    `from` STRING OPTIONS (description = 'Sender address (P2, the visible one).'),
    `return_path` STRING OPTIONS (description = 'Sender address of the envelope (P1).'),
    `to` ARRAY<STRING> OPTIONS (description = 'Recipients.'),
    `cc` ARRAY<STRING> OPTIONS (description = 'Copied recipients.'),
    `subject` STRING OPTIONS (description = 'Subject.'),
    `message_uid` STRING OPTIONS (description = 'Internet message id.'),
    `uid` STRING OPTIONS (description = 'Identifier of the message in Exchange.'),
    `size` INT64 OPTIONS (description = 'Size in bytes.'),
    `x_originating_ip` ARRAY<STRING> OPTIONS (description = 'Address that the message came from.'),
    `files` ARRAY<STRUCT<
      `name` STRING OPTIONS (description = 'Name of the file.'),
      `path` STRING OPTIONS (description = 'Full address of the file.'),
      `ext` STRING OPTIONS (description = 'Extension, without the dot.'),
      `type_id` INT64 OPTIONS (description = 'OCSF file type.'),
      `type` STRING OPTIONS (description = 'Caption of `type_id`.'),
      `hashes` ARRAY<STRUCT<
        `algorithm_id` INT64 OPTIONS (description = 'OCSF hash algorithm: 1 MD5, 2 SHA-1, 3 SHA-256, 7 quickXorHash.'),
        `algorithm` STRING OPTIONS (description = 'Caption of `algorithm_id`.'),
        `value` STRING OPTIONS (description = 'The hash, as the record writes it.')
      >> OPTIONS (description = 'Hashes of the content.')
    >> OPTIONS (description = 'Attachments.'),
    `urls` ARRAY<STRUCT<
      `url_string` STRING OPTIONS (description = 'The whole address.'),
      `hostname` STRING OPTIONS (description = 'Host of the address.')
    >> OPTIONS (description = 'Links in the message.'),
    `data_classifications` ARRAY<STRUCT<
      `uid` STRING OPTIONS (description = 'Identifier of the sensitivity label.'),
      `confidentiality_id` INT64 OPTIONS (description = 'OCSF confidentiality; 99 Other for a label of Microsoft Purview.'),
      `confidentiality` STRING OPTIONS (description = 'Name of the sensitivity label.')
    >> OPTIONS (description = 'Sensitivity labels on the message.')
  > OPTIONS (description = 'Message that was sent or scanned.'),
  `direction_id` INT64 OPTIONS (description = 'OCSF direction of a message: 1 Inbound, 2 Outbound, 3 Internal, 0 Unknown.'),
  `direction` STRING OPTIONS (description = 'Caption of `direction_id`.'),
  `finding_info` STRUCT<
    `uid` STRING OPTIONS (description = 'Alert, incident or investigation id.'),
    `title` STRING OPTIONS (description = 'Title of the finding.'),
    `desc` STRING OPTIONS (description = 'Description.'),
    `types` ARRAY<STRING> OPTIONS (description = 'Categories.'),
    `src_url` STRING OPTIONS (description = 'Link to the finding.'),
    `analytic` STRUCT<
      `name` STRING OPTIONS (description = 'Rule or policy.'),
      `uid` STRING OPTIONS (description = 'Identifier of the rule or policy.'),
      `type_id` INT64 OPTIONS (description = 'OCSF analytic type: 1 Rule.'),
      `type` STRING OPTIONS (description = 'Caption of `type_id`.')
    > OPTIONS (description = 'What found it.')
  > OPTIONS (description = 'The finding.'),
  `is_alert` BOOL OPTIONS (description = 'Whether the finding is an alert.'),
  `comment` STRING OPTIONS (description = 'Comment: changed property names, a reviewer\'s words.'),
  `action_id` INT64 OPTIONS (description = 'OCSF action of a control: 1 Allowed, 2 Denied, 3 Observed, 4 Modified.'),
  `action` STRING OPTIONS (description = 'Caption of `action_id`.'),
  `disposition_id` INT64 OPTIONS (description = 'OCSF disposition: 1 Allowed, 2 Blocked, 3 Quarantined, 5 Deleted, …'),
  `disposition` STRING OPTIONS (description = 'Caption of `disposition_id`.'),
  `policy` STRUCT<
    `name` STRING OPTIONS (description = 'Name of the policy.'),
    `uid` STRING OPTIONS (description = 'Identifier of the policy.'),
    `type` STRING OPTIONS (description = 'Kind of policy.')
  > OPTIONS (description = 'Policy that a control applied.'),
  `malware` ARRAY<STRUCT<
    `name` STRING OPTIONS (description = 'Name of the malware.'),
    `provider` STRING OPTIONS (description = 'Who named it.'),
    `classification_ids` ARRAY<INT64> OPTIONS (description = 'OCSF malware classes; 0 Unknown.')
  >> OPTIONS (description = 'Malware that was found.'),
  `data_security` STRUCT<
    `policy` STRUCT<
      `name` STRING OPTIONS (description = 'Name of the policy.'),
      `uid` STRING OPTIONS (description = 'Identifier of the policy.'),
      `type` STRING OPTIONS (description = 'Kind of policy.')
    > OPTIONS (description = 'DLP policy.'),
    `discovery_details` ARRAY<STRUCT<
      `type` STRING OPTIONS (description = 'Sensitive information type (GUID, or name where given).'),
      `count` INT64 OPTIONS (description = 'How often it was found.')
    >> OPTIONS (description = 'Sensitive information that was found.'),
    `detection_system_id` INT64 OPTIONS (description = '1 Endpoint, 10 Application-Level DLP.'),
    `detection_system` STRING OPTIONS (description = 'Caption of `detection_system_id`.'),
    `data_lifecycle_state_id` INT64 OPTIONS (description = '1 Data at-Rest, 2 Data in-Transit, 3 Data in-Use.'),
    `data_lifecycle_state` STRING OPTIONS (description = 'Caption of `data_lifecycle_state_id`.')
  > OPTIONS (description = 'What a DLP policy found.'),
  `evidences` ARRAY<STRUCT<
    `name` STRING OPTIONS (description = 'Kind of evidence.'),
    `file` STRUCT<
      `name` STRING OPTIONS (description = 'Name of the file.'),
      `path` STRING OPTIONS (description = 'Full address of the file.'),
      `ext` STRING OPTIONS (description = 'Extension, without the dot.'),
      `type_id` INT64 OPTIONS (description = 'OCSF file type.'),
      `type` STRING OPTIONS (description = 'Caption of `type_id`.'),
      `hashes` ARRAY<STRUCT<
        `algorithm_id` INT64 OPTIONS (description = 'OCSF hash algorithm: 1 MD5, 2 SHA-1, 3 SHA-256, 7 quickXorHash.'),
        `algorithm` STRING OPTIONS (description = 'Caption of `algorithm_id`.'),
        `value` STRING OPTIONS (description = 'The hash, as the record writes it.')
      >> OPTIONS (description = 'Hashes of the content.')
    > OPTIONS (description = 'File.'),
    `user` STRUCT<
      `name` STRING OPTIONS (description = 'Name as the record gives it.'),
      `uid` STRING OPTIONS (description = 'Object id (GUID) of the account.'),
      `email_addr` STRING OPTIONS (description = 'The name, when it is a mail address.')
    > OPTIONS (description = 'Account.'),
    `data` STRING OPTIONS (description = 'Details, as the record gives them.'),
    `url` STRUCT<
      `url_string` STRING OPTIONS (description = 'The whole address.'),
      `hostname` STRING OPTIONS (description = 'Host of the address.')
    > OPTIONS (description = 'Link.'),
    `src_endpoint` STRUCT<
      `ip` STRING OPTIONS (description = 'Address, port and brackets split off.'),
      `port` INT64 OPTIONS (description = 'Port.'),
      `hostname` STRING OPTIONS (description = 'Host name.'),
      `svc_name` STRING OPTIONS (description = 'Service, where the record has no address.'),
      `uid` STRING OPTIONS (description = 'Identifier of the endpoint.')
    > OPTIONS (description = 'Address.'),
    `email` STRUCT<
      `from` STRING OPTIONS (description = 'Sender.'),
      `to` ARRAY<STRING> OPTIONS (description = 'Recipients.'),
      `subject` STRING OPTIONS (description = 'Subject.'),
      `message_uid` STRING OPTIONS (description = 'Internet message id.'),
      `uid` STRING OPTIONS (description = 'Identifier of the message in Exchange.')
    > OPTIONS (description = 'Message.'),
    `device` STRUCT<
      `hostname` STRING OPTIONS (description = 'Name of the device.'),
      `uid` STRING OPTIONS (description = 'Device id.'),
      `type_id` INT64 OPTIONS (description = 'OCSF device type.'),
      `type` STRING OPTIONS (description = 'Caption of `type_id`.')
    > OPTIONS (description = 'Device.')
  >> OPTIONS (description = 'Evidence of a finding.'),
  `log_name` STRING OPTIONS (description = 'Log that was switched on or off.'),
  `log_provider` STRING OPTIONS (description = 'Provider of that log.'),
  `log_type_id` INT64 OPTIONS (description = '2 Application.'),
  `log_type` STRING OPTIONS (description = 'Caption of `log_type_id`.'),
  `observables` ARRAY<STRUCT<
    `name` STRING OPTIONS (description = 'Path of the attribute that holds the value.'),
    `type_id` INT64 OPTIONS (description = 'OCSF observable type.'),
    `type` STRING OPTIONS (description = 'Caption of `type_id`.'),
    `value` STRING OPTIONS (description = 'The value.')
  >> OPTIONS (description = 'Addresses, names, files and links of the event, to search in one place.'),
  `unmapped` STRING OPTIONS (description = 'Members of the record that no column took, as JSON text.'),
  `raw_data` STRING OPTIONS (description = 'The record as it came, byte for byte.'),
  `auditlake` STRUCT<
    `connection` STRING OPTIONS (description = 'Connection that fetched the record.'),
    `content_id` STRING OPTIONS (description = 'Content blob that held the record, or file.')
  > OPTIONS (description = 'Provenance. The one column that is not OCSF\'s.'),
  `risk_level_id` INT64 OPTIONS (description = 'OCSF risk level: 0 Info, 1 Low, 2 Medium, 3 High, 4 Critical, 99 Other.'),
  `risk_level` STRING OPTIONS (description = 'Caption of `risk_level_id`, or the record\'s words.'),
  `web_resources_result` ARRAY<STRUCT<
    `name` STRING OPTIONS (description = 'Name of the page, list, site, message or report.'),
    `uid` STRING OPTIONS (description = 'Identifier of the resource.'),
    `type` STRING OPTIONS (description = 'Kind of resource, in the record\'s words.'),
    `url_string` STRING OPTIONS (description = 'Address of the resource.'),
    `data` STRING OPTIONS (description = 'Details of the resource, as the record gives them.'),
    `data_classifications` ARRAY<STRUCT<
      `uid` STRING OPTIONS (description = 'Identifier of the sensitivity label.'),
      `confidentiality_id` INT64 OPTIONS (description = 'OCSF confidentiality; 99 Other for a label of Microsoft Purview.'),
      `confidentiality` STRING OPTIONS (description = 'Name of the sensitivity label.')
    >> OPTIONS (description = 'Sensitivity labels on the resource.'),
    `labels` ARRAY<STRING> OPTIONS (description = 'What the record says of its nature: kind of conversation, foreign or guest users, access level.'),
    `tags` ARRAY<STRUCT<
      `name` STRING OPTIONS (description = 'Name of the setting, in the record\'s words.'),
      `value` STRING OPTIONS (description = 'Its value, in the record\'s words.')
    >> OPTIONS (description = 'Settings of the resource to search for, such as a permission level and its rights.')
  >> OPTIONS (description = 'What came of a copy, a move or a rename.'),
  `ai_model` STRUCT<
    `ai_provider` STRING OPTIONS (description = 'Who runs the model.'),
    `name` STRING OPTIONS (description = 'Name of the model.'),
    `version` STRING OPTIONS (description = 'Version of the model.')
  > OPTIONS (description = 'Model that answered.'),
  `message_context` STRUCT<
    `uid` STRING OPTIONS (description = 'Conversation (`ThreadId`).'),
    `name` STRING OPTIONS (description = 'Name of the conversation or agent.'),
    `ai_role_id` INT64 OPTIONS (description = 'OCSF role: 1 User, 2 Assistant, 4 Agent, 99 Other.'),
    `ai_role` STRING OPTIONS (description = 'Caption of `ai_role_id`.'),
    `application` STRUCT<
      `name` STRING OPTIONS (description = 'Name of the service.'),
      `uid` STRING OPTIONS (description = 'Identifier of the service.')
    > OPTIONS (description = 'Application that the model was asked in.')
  > OPTIONS (description = 'The conversation with an AI model.'),
  `email_auth` STRUCT<
    `dkim` STRING OPTIONS (description = 'Outcome of DKIM.'),
    `dmarc` STRING OPTIONS (description = 'Outcome of DMARC.'),
    `spf` STRING OPTIONS (description = 'Outcome of SPF.')
  > OPTIONS (description = 'How the sender of a message was authenticated.'),
  `confidence_score` INT64 OPTIONS (description = 'Highest confidence among the sensitive information that was found, 0 to 100.')
)
OPTIONS (
  format = 'PARQUET',
  uris = ['gs://BUCKET/LAKE/events/*.parquet'],
  enable_list_inference = TRUE
);
