//! The columns of the `events` table: a curated set of OCSF 1.8.0 attributes, the same for every class.

use super::column::{Column, Object, Profile};

const USER: Object = Object::of(&[
    Column::text(
        "name",
        "Name as the record gives it (`UserId`), never lower-cased or cut.",
    )
    .observable(4),
    Column::text("uid", "Object id (GUID) of the account."),
    Column::text("uid_alt", "Second identifier: PUID or SID."),
    Column::text("display_name", "Name for people."),
    Column::text("email_addr", "The name, when it is a mail address.").observable(5),
    Column::text("domain", "Domain of the name."),
    Column::int(
        "type_id",
        "OCSF user type: 1 User, 2 Admin, 3 System, 4 Service, 99 Other.",
    ),
    Column::text("type", "Caption of `type_id`, or Microsoft's user type."),
])
.any_of(&["name", "uid"]);

const PLAIN_USER: Object = Object::of(&[
    Column::text("name", "Name as the record gives it."),
    Column::text("uid", "Object id (GUID) of the account."),
    Column::text("email_addr", "The name, when it is a mail address."),
])
.any_of(&["name", "uid"]);

const OWNER: Object = Object::of(&[
    Column::text("name", "Name as the record gives it."),
    Column::text("uid", "Object id (GUID) of the account."),
    Column::text("email_addr", "The name, when it is a mail address."),
    Column::text(
        "forward_addr",
        "Where the owner's messages are forwarded to (`ForwardingSmtpAddress`).",
    )
    .observable(5),
])
.any_of(&["name", "uid"]);

const TAG: Object = Object::of(&[
    Column::text("name", "Name of the setting, in the record's words."),
    Column::text("value", "Its value, in the record's words."),
])
.all_of(&["name"]);

const GROUP: Object = Object::of(&[
    Column::text("name", "Name of the group."),
    Column::text("uid", "Identifier of the group."),
    Column::text("type", "Kind of group: Team, Role Group, SharePoint Group."),
    Column::text(
        "uid_alt",
        "Second identifier: the directory's, where `uid` is the application's own.",
    ),
])
.any_of(&["name", "uid"]);

const SERVICE: Object = Object::of(&[
    Column::text("name", "Name of the service."),
    Column::text("uid", "Identifier of the service."),
])
.any_of(&["name", "uid"]);

const POLICY: Object = Object::of(&[
    Column::text("name", "Name of the policy."),
    Column::text("uid", "Identifier of the policy."),
    Column::text("type", "Kind of policy."),
])
.any_of(&["name", "uid", "type"]);

const OS: Object = Object::of(&[
    Column::text("name", "Operating system as the record names it."),
    Column::int(
        "type_id",
        "OCSF operating system type: 100 Windows, 200 Linux, 201 Android, 300 macOS, 301 iOS.",
    ),
    Column::text("type", "Caption of `type_id`."),
])
.all_of(&["name", "type_id"]);

const URL: Object = Object::of(&[
    Column::text("url_string", "The whole address.").observable(6),
    Column::text("hostname", "Host of the address."),
])
.any_of(&["url_string"]);

const CLASSIFICATION: Object = Object::of(&[
    Column::text("uid", "Identifier of the sensitivity label."),
    Column::int(
        "confidentiality_id",
        "OCSF confidentiality; 99 Other for a label of Microsoft Purview.",
    ),
    Column::text("confidentiality", "Name of the sensitivity label."),
])
.any_of(&["confidentiality_id"]);

const FINGERPRINT: Object = Object::of(&[
    Column::int(
        "algorithm_id",
        "OCSF hash algorithm: 1 MD5, 2 SHA-1, 3 SHA-256, 7 quickXorHash.",
    ),
    Column::text("algorithm", "Caption of `algorithm_id`."),
    Column::text("value", "The hash, as the record writes it."),
])
.all_of(&["algorithm_id", "value"]);

const FILE: Object = Object::of(&[
    Column::text("name", "Name of the file or folder.").observable(7),
    Column::text("path", "Full address of the item."),
    Column::text("ext", "Extension, without the dot."),
    Column::text("uid", "Identifier of the item (`ListItemUniqueId`)."),
    Column::long("size", "Size in bytes."),
    Column::int(
        "type_id",
        "OCSF file type: 1 Regular File, 2 Folder, 0 Unknown, 99 Other.",
    ),
    Column::text("type", "Caption of `type_id`, or Microsoft's item type."),
    Column::text("parent_folder", "Folder that holds the item."),
    Column::object("owner", PLAIN_USER, "Owner of the file."),
    Column::object("url", URL, "Address of the site that holds the item."),
    Column::objects(
        "data_classifications",
        CLASSIFICATION,
        "Sensitivity labels on the item.",
    )
    .of_profile(Profile::DataClassification),
    Column::objects("hashes", FINGERPRINT, "Hashes of the content."),
    Column::objects(
        "tags",
        TAG,
        "What the record says of sharing: kind of link, kind of account it was shared with.",
    ),
])
.all_of(&["name", "type_id"]);

const PLAIN_FILE: Object = Object::of(&[
    Column::text("name", "Name of the file or folder."),
    Column::text("path", "Full address of the item."),
    Column::text("ext", "Extension, without the dot."),
    Column::int("type_id", "OCSF file type."),
    Column::text("type", "Caption of `type_id`."),
])
.all_of(&["name", "type_id"]);

const HASHED_FILE: Object = Object::of(&[
    Column::text("name", "Name of the file."),
    Column::text("path", "Full address of the file."),
    Column::text("ext", "Extension, without the dot."),
    Column::int("type_id", "OCSF file type."),
    Column::text("type", "Caption of `type_id`."),
    Column::objects("hashes", FINGERPRINT, "Hashes of the content."),
])
.all_of(&["name", "type_id"]);

const EMAIL: Object = Object::of(&[
    Column::text("from", "Sender address (P2, the visible one).").observable(5),
    Column::text("return_path", "Sender address of the envelope (P1)."),
    Column::texts("to", "Recipients."),
    Column::texts("cc", "Copied recipients."),
    Column::text("subject", "Subject."),
    Column::text("message_uid", "Internet message id."),
    Column::text("uid", "Identifier of the message in Exchange."),
    Column::long("size", "Size in bytes."),
    Column::texts("x_originating_ip", "Address that the message came from."),
    Column::objects("files", HASHED_FILE, "Attachments."),
    Column::objects("urls", URL, "Links in the message."),
    Column::objects(
        "data_classifications",
        CLASSIFICATION,
        "Sensitivity labels on the message.",
    )
    .of_profile(Profile::DataClassification),
])
.any_of(&["from", "to"]);

const RESOURCE: Object = Object::of(&[
    Column::text("name", "Name of the resource."),
    Column::text("uid", "Identifier of the resource."),
    Column::text(
        "type",
        "Kind of resource: Mailbox, Message, Folder, Role, Site.",
    ),
    Column::int("role_id", "OCSF role: 1 Target, 3 Affected, 4 Related."),
    Column::text("role", "Caption of `role_id`."),
    Column::json("data", "Details of the resource, as the record gives them."),
    Column::object(
        "owner",
        OWNER,
        "Owner of the resource, such as the mailbox owner.",
    ),
    Column::objects(
        "data_classifications",
        CLASSIFICATION,
        "Sensitivity labels on the resource.",
    )
    .of_profile(Profile::DataClassification),
    Column::objects(
        "tags",
        TAG,
        "Settings of the resource to search for: actions of a rule, forwarding, kind of access.",
    ),
])
.any_of(&["name", "uid"]);

const WEB_RESOURCE: Object = Object::of(&[
    Column::text("name", "Name of the page, list, site, message or report."),
    Column::text("uid", "Identifier of the resource."),
    Column::text("type", "Kind of resource, in the record's words."),
    Column::text("url_string", "Address of the resource."),
    Column::json("data", "Details of the resource, as the record gives them."),
    Column::objects(
        "data_classifications",
        CLASSIFICATION,
        "Sensitivity labels on the resource.",
    )
    .of_profile(Profile::DataClassification),
    Column::texts(
        "labels",
        "What the record says of its nature: kind of conversation, foreign or guest users, access level.",
    ),
    Column::objects(
        "tags",
        TAG,
        "Settings of the resource to search for, such as a permission level and its rights.",
    ),
])
.any_of(&["name", "uid"]);

const PRODUCT: Object = Object::of(&[
    Column::text(
        "name",
        "Product by workload: `Exchange Online`, `Microsoft Entra ID`.",
    ),
    Column::text("vendor_name", "`Microsoft`."),
    Column::object(
        "feature",
        Object::of(&[
            Column::text("uid", "`RecordType` as sent."),
            Column::text(
                "name",
                "Name of the record type; the number's text when it is unknown.",
            ),
        ])
        .any_of(&["name", "uid"]),
        "The record type.",
    ),
])
.any_of(&["name"]);

const METADATA: Object = Object::of(&[
    Column::text("version", "OCSF version."),
    Column::text("uid", "Identity of the record: 128-bit hash of all its members, whatever their order, in hexadecimal."),
    Column::text("original_event_uid", "`Id` of the record."),
    Column::text("event_code", "`Operation`, verbatim."),
    Column::text("log_name", "Content type (feed): `Audit.Exchange`."),
    Column::text("log_provider", "`Workload`, verbatim."),
    Column::text("log_version", "`Version` of the record."),
    Column::text("tenant_uid", "`OrganizationId`."),
    Column::text("correlation_uid", "`InterSystemsId`, `CorrelationId` or `AppAccessContext.CorrelationId`."),
    Column::text("original_time", "`CreationTime`, verbatim."),
    Column::long("logged_time", "`contentCreated` of the blob: when Microsoft published the record; milliseconds."),
    Column::datetime("logged_time_dt", "`logged_time` as a timestamp."),
    Column::object("product", PRODUCT, "The product that made the record."),
    Column::texts("profiles", "OCSF profiles that this event uses, sorted."),
])
.all_of(&["version", "product"]);

const SESSION: Object = Object::of(&[
    Column::text("uid", "Session id (`SessionId`, `AADSessionId`)."),
    Column::text("uid_alt", "Unique token id: follows one stolen token."),
    Column::text("issuer", "Issuer of the session."),
]);

const ENDPOINT: Object = Object::of(&[
    Column::text("ip", "Address, port and brackets split off.").observable(2),
    Column::int("port", "Port."),
    Column::text("hostname", "Host name.").observable(1),
    Column::text("svc_name", "Service, where the record has no address."),
    Column::text("uid", "Identifier of the endpoint."),
])
.any_of(&["ip", "hostname", "svc_name", "uid"]);

const CLIENT: Object = Object::of(&[
    Column::text("ip", "Address, port and brackets split off.").observable(2),
    Column::int("port", "Port."),
    Column::text("hostname", "Host name.").observable(1),
    Column::text("svc_name", "Service, where the record has no address."),
    Column::text("uid", "Identifier of the endpoint."),
    Column::object(
        "os",
        OS,
        "Operating system, where the record names no device.",
    ),
])
.any_of(&["ip", "hostname", "svc_name", "uid"]);

/// The columns of the `events` table, in their order in every file.
pub const EVENTS: &[Column] = &[
    Column::long(
        "time",
        "When it happened (`CreationTime`, UTC), in milliseconds since 1970.",
    ),
    Column::datetime(
        "time_dt",
        "`time` as a timestamp: what partitions and sorting use.",
    ),
    Column::int("class_uid", "OCSF class."),
    Column::text("class_name", "Caption of the class."),
    Column::int("category_uid", "OCSF category."),
    Column::text("category_name", "Caption of the category."),
    Column::int("activity_id", "OCSF activity within the class."),
    Column::text(
        "activity_name",
        "Caption of the activity; the operation as sent when it is 99 Other.",
    ),
    Column::int("type_uid", "`class_uid` × 100 + `activity_id`."),
    Column::text("type_name", "Class and activity captions."),
    Column::int(
        "severity_id",
        "OCSF severity: 1 Informational, 2 Low, 3 Medium, 4 High.",
    ),
    Column::text("severity", "Caption of `severity_id`."),
    Column::int(
        "status_id",
        "OCSF outcome: 1 Success, 2 Failure (findings: 1 New, 3 Suppressed, 4 Resolved), 0 Unknown, 99 Other.",
    ),
    Column::text("status", "Caption of `status_id`, or the record's words."),
    Column::text("status_code", "Error number."),
    Column::text("status_detail", "Error text."),
    Column::text("message", "What happened, in a line."),
    Column::int(
        "count",
        "How many operations the record stands for (`OperationCount`).",
    ),
    Column::object("metadata", METADATA, "About the record itself."),
    Column::object(
        "cloud",
        Object::of(&[
            Column::text("provider", "`Microsoft 365`."),
            Column::text("region", "Microsoft region of the tenant (`GeoLocation`)."),
            Column::object(
                "account",
                Object::of(&[
                    Column::text("uid", "`OrganizationId`."),
                    Column::text("name", "`OrganizationName`."),
                    Column::int("type_id", "17 M365 Tenant."),
                    Column::text("type", "Caption of `type_id`."),
                ])
                .any_of(&["name", "uid"]),
                "The tenant.",
            ),
        ])
        .all_of(&["provider"]),
        "The cloud and tenant.",
    ),
    Column::object(
        "actor",
        Object::of(&[
            Column::object("user", USER, "Who did it."),
            Column::text("app_name", "Application that acted."),
            Column::text("app_uid", "Client id of the application that acted."),
            Column::object("session", SESSION, "Session of the actor."),
        ])
        .any_of(&["user", "app_name", "app_uid", "session"]),
        "Who did it, and through what.",
    ),
    Column::object("src_endpoint", CLIENT, "From where."),
    Column::object("dst_endpoint", ENDPOINT, "To where."),
    Column::object(
        "http_request",
        Object::of(&[
            Column::text("user_agent", "User agent or client information.").observable(16),
            Column::object("url", URL, "Address that was asked for."),
        ]),
        "Request of the client.",
    ),
    Column::object(
        "device",
        Object::of(&[
            Column::text("hostname", "Name of the device.").observable(1),
            Column::text("uid", "Device id."),
            Column::int("type_id", "OCSF device type."),
            Column::text("type", "Caption of `type_id`."),
            Column::object("os", OS, "Operating system."),
            Column::bool(
                "is_compliant",
                "Whether the device meets the tenant's policy.",
            ),
            Column::bool("is_managed", "Whether the tenant manages the device."),
            Column::text(
                "ip",
                "Address of the client, in a class without `src_endpoint`.",
            )
            .observable(2),
        ])
        .all_of(&["type_id"])
        .any_of(&["hostname", "uid", "ip"]),
        "Device of the actor.",
    ),
    Column::object(
        "user",
        USER,
        "On whom: the account that signs in, is changed, gains or loses.",
    ),
    Column::object("session", SESSION, "Session that a sign-in opened."),
    Column::object("service", SERVICE, "Service that was signed in to."),
    Column::int(
        "auth_protocol_id",
        "OCSF authentication protocol: 5 SAML, 6 OAUTH 2.0.",
    ),
    Column::text("auth_protocol", "Caption of `auth_protocol_id`."),
    Column::bool("is_remote", "Whether the sign-in came over a network."),
    Column::bool(
        "is_mfa",
        "Whether a second factor was used, where the record says so.",
    ),
    Column::object(
        "entity",
        Object::of(&[
            Column::int(
                "type_id",
                "OCSF entity type: 1 Device, 2 User, 3 Group, 4 Organization, 5 Policy, 99 Other.",
            ),
            Column::text("type", "Caption of `type_id`, or Microsoft's kind."),
            Column::text("name", "Name of what was changed."),
            Column::text("uid", "Identifier of what was changed."),
            Column::object("user", USER, "The account, when it is one."),
            Column::object("group", GROUP, "The group, when it is one."),
            Column::object("policy", POLICY, "The policy, when it is one."),
            Column::json("data", "The changed properties, as the record gives them."),
        ])
        .any_of(&["name", "uid", "user", "group", "policy"]),
        "What was changed in the directory or configuration.",
    ),
    Column::object(
        "group",
        GROUP,
        "Group whose membership or existence changed.",
    ),
    Column::object("subgroup", GROUP, "Group that joined or left the group."),
    Column::texts(
        "privileges",
        "Roles, scopes or rights that were given or taken.",
    ),
    Column::objects(
        "resources",
        RESOURCE,
        "What was acted on: the mailbox first, then messages; or the object of a cmdlet.",
    ),
    Column::object(
        "api",
        Object::of(&[
            Column::text("operation", "`Operation` or cmdlet, verbatim."),
            Column::object("service", SERVICE, "Service behind the operation."),
        ])
        .all_of(&["operation"]),
        "The operation, where no class says more.",
    ),
    Column::object("file", FILE, "File or folder that was acted on."),
    Column::object(
        "file_result",
        PLAIN_FILE,
        "The file after a rename, copy or move.",
    ),
    Column::text("share", "Kind of sharing link or grant."),
    Column::texts(
        "access_list",
        "Whom the item was shared with, and permissions given.",
    ),
    Column::long(
        "expiration_time",
        "When a sharing link expires; milliseconds.",
    ),
    Column::objects(
        "web_resources",
        WEB_RESOURCE,
        "Pages, lists, sites, messages, reports and the like.",
    ),
    Column::object(
        "app",
        Object::of(&[
            Column::text("name", "Name of the application."),
            Column::text("uid", "Identifier of the application."),
            Column::text("vendor_name", "Vendor of the application."),
            Column::text("version", "Version of the application."),
            Column::text(
                "url_string",
                "Address of the application, such as the page of a flow.",
            )
            .observable(6),
        ])
        .any_of(&["name", "uid"]),
        "Application that was installed, removed or run.",
    ),
    Column::object(
        "database",
        Object::of(&[
            Column::text("name", "Name of the database."),
            Column::text("uid", "Identifier of the database."),
            Column::int("type_id", "OCSF database type; 99 Other."),
            Column::text("type", "Caption of `type_id`, or Microsoft's kind."),
        ])
        .all_of(&["type_id"])
        .any_of(&["name", "uid"]),
        "Database that was read or changed.",
    ),
    Column::object("table", SERVICE, "Table that was read or changed."),
    Column::object(
        "query_info",
        Object::of(&[
            Column::text("name", "Name of the query."),
            Column::text("uid", "Identifier of the query."),
            Column::text("query_string", "Text of the query."),
        ])
        .all_of(&["query_string"])
        .any_of(&["name", "uid"]),
        "Query that was run.",
    ),
    Column::object("email", EMAIL, "Message that was sent or scanned."),
    Column::int(
        "direction_id",
        "OCSF direction of a message: 1 Inbound, 2 Outbound, 3 Internal, 0 Unknown.",
    ),
    Column::text("direction", "Caption of `direction_id`."),
    Column::object(
        "finding_info",
        Object::of(&[
            Column::text("uid", "Alert, incident or investigation id."),
            Column::text("title", "Title of the finding."),
            Column::text("desc", "Description."),
            Column::texts("types", "Categories."),
            Column::text("src_url", "Link to the finding."),
            Column::object(
                "analytic",
                Object::of(&[
                    Column::text("name", "Rule or policy."),
                    Column::text("uid", "Identifier of the rule or policy."),
                    Column::int("type_id", "OCSF analytic type: 1 Rule."),
                    Column::text("type", "Caption of `type_id`."),
                ])
                .all_of(&["type_id"])
                .any_of(&["name", "uid"]),
                "What found it.",
            ),
        ])
        .all_of(&["uid"]),
        "The finding.",
    ),
    Column::bool("is_alert", "Whether the finding is an alert."),
    Column::text(
        "comment",
        "Comment: changed property names, a reviewer's words.",
    ),
    Column::int(
        "action_id",
        "OCSF action of a control: 1 Allowed, 2 Denied, 3 Observed, 4 Modified.",
    )
    .of_profile(Profile::SecurityControl),
    Column::text("action", "Caption of `action_id`.").of_profile(Profile::SecurityControl),
    Column::int(
        "disposition_id",
        "OCSF disposition: 1 Allowed, 2 Blocked, 3 Quarantined, 5 Deleted, …",
    )
    .of_profile(Profile::SecurityControl),
    Column::text("disposition", "Caption of `disposition_id`.")
        .of_profile(Profile::SecurityControl),
    Column::object("policy", POLICY, "Policy that a control applied."),
    Column::objects(
        "malware",
        Object::of(&[
            Column::text("name", "Name of the malware."),
            Column::text("provider", "Who named it."),
            Column::ints("classification_ids", "OCSF malware classes; 0 Unknown."),
        ])
        .all_of(&["classification_ids"])
        .any_of(&["name"]),
        "Malware that was found.",
    ),
    Column::object(
        "data_security",
        Object::of(&[
            Column::object("policy", POLICY, "DLP policy."),
            Column::objects(
                "discovery_details",
                Object::of(&[
                    Column::text(
                        "type",
                        "Sensitive information type (GUID, or name where given).",
                    ),
                    Column::int("count", "How often it was found."),
                ]),
                "Sensitive information that was found.",
            ),
            Column::int(
                "detection_system_id",
                "1 Endpoint, 10 Application-Level DLP.",
            ),
            Column::text("detection_system", "Caption of `detection_system_id`."),
            Column::int(
                "data_lifecycle_state_id",
                "1 Data at-Rest, 2 Data in-Transit, 3 Data in-Use.",
            ),
            Column::text(
                "data_lifecycle_state",
                "Caption of `data_lifecycle_state_id`.",
            ),
        ])
        .any_of(&["data_lifecycle_state_id", "detection_system_id", "policy"]),
        "What a DLP policy found.",
    ),
    Column::objects(
        "evidences",
        Object::of(&[
            Column::text("name", "Kind of evidence."),
            Column::object("file", HASHED_FILE, "File."),
            Column::object("user", PLAIN_USER, "Account."),
            Column::json("data", "Details, as the record gives them."),
            Column::object("url", URL, "Link."),
            Column::object("src_endpoint", ENDPOINT, "Address."),
            Column::object(
                "email",
                Object::of(&[
                    Column::text("from", "Sender."),
                    Column::texts("to", "Recipients."),
                    Column::text("subject", "Subject."),
                    Column::text("message_uid", "Internet message id."),
                    Column::text("uid", "Identifier of the message in Exchange."),
                ])
                .any_of(&["from", "to"]),
                "Message.",
            ),
            Column::object(
                "device",
                Object::of(&[
                    Column::text("hostname", "Name of the device."),
                    Column::text("uid", "Device id."),
                    Column::int("type_id", "OCSF device type."),
                    Column::text("type", "Caption of `type_id`."),
                ])
                .all_of(&["type_id"])
                .any_of(&["hostname", "uid"]),
                "Device.",
            ),
        ])
        .any_of(&[
            "file",
            "user",
            "data",
            "url",
            "src_endpoint",
            "email",
            "device",
        ]),
        "Evidence of a finding.",
    ),
    Column::text("log_name", "Log that was switched on or off."),
    Column::text("log_provider", "Provider of that log."),
    Column::int("log_type_id", "2 Application."),
    Column::text("log_type", "Caption of `log_type_id`."),
    Column::objects(
        "observables",
        Object::of(&[
            Column::text("name", "Path of the attribute that holds the value."),
            Column::int("type_id", "OCSF observable type."),
            Column::text("type", "Caption of `type_id`."),
            Column::text("value", "The value."),
        ])
        .all_of(&["type_id"]),
        "Addresses, names, files and links of the event, to search in one place.",
    ),
    Column::json(
        "unmapped",
        "Members of the record that no column took, as JSON text.",
    ),
    Column::text("raw_data", "The record as it came, byte for byte."),
    Column::object(
        "auditlake",
        Object::of(&[
            Column::text("connection", "Connection that fetched the record."),
            Column::text("content_id", "Content blob that held the record, or file."),
        ]),
        "Provenance. The one column that is not OCSF's.",
    ),
    Column::int(
        "risk_level_id",
        "OCSF risk level: 0 Info, 1 Low, 2 Medium, 3 High, 4 Critical, 99 Other.",
    ),
    Column::text(
        "risk_level",
        "Caption of `risk_level_id`, or the record's words.",
    ),
    Column::objects(
        "web_resources_result",
        WEB_RESOURCE,
        "What came of a copy, a move or a rename.",
    ),
    Column::object(
        "ai_model",
        Object::of(&[
            Column::text("ai_provider", "Who runs the model."),
            Column::text("name", "Name of the model."),
            Column::text("version", "Version of the model."),
        ])
        .all_of(&["ai_provider", "name"]),
        "Model that answered.",
    ),
    Column::object(
        "message_context",
        Object::of(&[
            Column::text("uid", "Conversation (`ThreadId`)."),
            Column::text("name", "Name of the conversation or agent."),
            Column::int(
                "ai_role_id",
                "OCSF role: 1 User, 2 Assistant, 4 Agent, 99 Other.",
            ),
            Column::text("ai_role", "Caption of `ai_role_id`."),
            Column::object(
                "application",
                SERVICE,
                "Application that the model was asked in.",
            ),
        ])
        .all_of(&["application"]),
        "The conversation with an AI model.",
    ),
    Column::object(
        "email_auth",
        Object::of(&[
            Column::text("dkim", "Outcome of DKIM."),
            Column::text("dmarc", "Outcome of DMARC."),
            Column::text("spf", "Outcome of SPF."),
        ]),
        "How the sender of a message was authenticated.",
    ),
    Column::int(
        "confidence_score",
        "Highest confidence among the sensitive information that was found, 0 to 100.",
    ),
];
