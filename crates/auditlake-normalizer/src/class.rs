//! OCSF 1.8.0 event classes that audit records become: captions, activities, and what each class allows and demands.
//!
//! Source: OCSF 1.8.0, class definitions (<https://schema.ocsf.io/1.8.0/classes>).

/// One OCSF event class.
#[derive(Debug)]
pub struct Class {
    /// `class_uid`.
    pub uid: u16,
    /// `class_name`.
    pub caption: &'static str,
    /// `category_name`; `category_uid` is `uid / 1000`.
    pub category: &'static str,
    /// Activities beside 0 Unknown and 99 Other.
    pub activities: &'static [(u8, &'static str)],
    /// Attributes of the `events` table that the class has without a profile, beside those that every class has.
    pub native: &'static [&'static str],
    /// Attributes without which an event of the class is not valid, beside those that every event has.
    pub required: &'static [&'static str],
    /// Attributes of which an event needs at least one; empty for no such constraint.
    pub any_of: &'static [&'static str],
}

impl Class {
    /// `category_uid`.
    pub fn category_uid(&self) -> u16 {
        self.uid / 1000
    }

    /// Caption of an activity of this class, if it has one with this id.
    pub fn activity_caption(&self, id: u8) -> Option<&'static str> {
        self.activities
            .iter()
            .find(|(known, _)| *known == id)
            .map(|(_, caption)| *caption)
    }
}

/// 0 Base Event.
pub static BASE_EVENT: Class = Class {
    uid: 0,
    caption: "Base Event",
    category: "Uncategorized",
    activities: &[],
    native: &[],
    required: &[],
    any_of: &[],
};

/// 1001 File System Activity.
pub static FILE_SYSTEM_ACTIVITY: Class = Class {
    uid: 1001,
    caption: "File System Activity",
    category: "System Activity",
    activities: &[
        (1, "Create"),
        (2, "Read"),
        (3, "Update"),
        (4, "Delete"),
        (5, "Rename"),
        (6, "Set Attributes"),
        (7, "Set Security"),
        (8, "Get Attributes"),
        (9, "Get Security"),
        (10, "Encrypt"),
        (11, "Decrypt"),
        (12, "Mount"),
        (13, "Unmount"),
        (14, "Open"),
    ],
    native: &["actor", "device", "file", "file_result"],
    required: &["actor", "device", "file"],
    any_of: &[],
};

/// 1008 Event Log Activity.
pub static EVENT_LOG_ACTIVITY: Class = Class {
    uid: 1008,
    caption: "Event Log Activity",
    category: "System Activity",
    activities: &[
        (1, "Clear"),
        (2, "Delete"),
        (3, "Export"),
        (4, "Archive"),
        (5, "Rotate"),
        (6, "Start"),
        (7, "Stop"),
        (8, "Restart"),
        (9, "Enable"),
        (10, "Disable"),
    ],
    native: &[
        "actor",
        "src_endpoint",
        "dst_endpoint",
        "device",
        "file",
        "log_name",
        "log_provider",
        "log_type_id",
        "log_type",
    ],
    required: &[],
    any_of: &["log_name", "log_provider", "log_type", "log_type_id"],
};

/// 2004 Detection Finding.
pub static DETECTION_FINDING: Class = Class {
    uid: 2004,
    caption: "Detection Finding",
    category: "Findings",
    activities: &[(1, "Create"), (2, "Update"), (3, "Close")],
    native: &[
        "device",
        "resources",
        "finding_info",
        "is_alert",
        "comment",
        "malware",
        "evidences",
        "risk_level_id",
        "risk_level",
    ],
    required: &["finding_info"],
    any_of: &[],
};

/// 2006 Data Security Finding.
pub static DATA_SECURITY_FINDING: Class = Class {
    uid: 2006,
    caption: "Data Security Finding",
    category: "Findings",
    activities: &[
        (1, "Create"),
        (2, "Update"),
        (3, "Close"),
        (4, "Suppressed"),
    ],
    native: &[
        "actor",
        "src_endpoint",
        "dst_endpoint",
        "device",
        "resources",
        "file",
        "database",
        "table",
        "finding_info",
        "is_alert",
        "comment",
        "data_security",
        "risk_level_id",
        "risk_level",
        "confidence_score",
    ],
    required: &["finding_info"],
    any_of: &[],
};

/// 3001 Account Change.
pub static ACCOUNT_CHANGE: Class = Class {
    uid: 3001,
    caption: "Account Change",
    category: "Identity & Access Management",
    activities: &[
        (1, "Create"),
        (2, "Enable"),
        (3, "Password Change"),
        (4, "Password Reset"),
        (5, "Disable"),
        (6, "Delete"),
        (7, "Attach Policy"),
        (8, "Detach Policy"),
        (9, "Lock"),
        (10, "MFA Factor Enable"),
        (11, "MFA Factor Disable"),
        (12, "Unlock"),
    ],
    native: &["actor", "src_endpoint", "http_request", "user", "policy"],
    required: &["user"],
    any_of: &[],
};

/// 3002 Authentication.
pub static AUTHENTICATION: Class = Class {
    uid: 3002,
    caption: "Authentication",
    category: "Identity & Access Management",
    activities: &[
        (1, "Logon"),
        (2, "Logoff"),
        (3, "Authentication Ticket"),
        (4, "Service Ticket Request"),
        (5, "Service Ticket Renew"),
        (6, "Preauth"),
        (7, "Account Switch"),
    ],
    native: &[
        "actor",
        "src_endpoint",
        "dst_endpoint",
        "http_request",
        "user",
        "session",
        "service",
        "auth_protocol_id",
        "auth_protocol",
        "is_remote",
        "is_mfa",
    ],
    required: &["user"],
    any_of: &["service", "dst_endpoint"],
};

/// 3004 Entity Management.
pub static ENTITY_MANAGEMENT: Class = Class {
    uid: 3004,
    caption: "Entity Management",
    category: "Identity & Access Management",
    activities: &[
        (1, "Create"),
        (2, "Read"),
        (3, "Update"),
        (4, "Delete"),
        (5, "Move"),
        (6, "Enroll"),
        (7, "Unenroll"),
        (8, "Enable"),
        (9, "Disable"),
        (10, "Activate"),
        (11, "Deactivate"),
        (12, "Suspend"),
        (13, "Resume"),
    ],
    native: &[
        "actor",
        "src_endpoint",
        "http_request",
        "entity",
        "access_list",
        "comment",
    ],
    required: &["entity"],
    any_of: &[],
};

/// 3005 User Access Management.
pub static USER_ACCESS: Class = Class {
    uid: 3005,
    caption: "User Access Management",
    category: "Identity & Access Management",
    activities: &[(1, "Assign Privileges"), (2, "Revoke Privileges")],
    native: &[
        "actor",
        "src_endpoint",
        "http_request",
        "user",
        "privileges",
        "resources",
    ],
    required: &["privileges", "user"],
    any_of: &[],
};

/// 3006 Group Management.
pub static GROUP_MANAGEMENT: Class = Class {
    uid: 3006,
    caption: "Group Management",
    category: "Identity & Access Management",
    activities: &[
        (1, "Assign Privileges"),
        (2, "Revoke Privileges"),
        (3, "Add User"),
        (4, "Remove User"),
        (5, "Delete"),
        (6, "Create"),
        (7, "Add Subgroup"),
        (8, "Remove Subgroup"),
    ],
    native: &[
        "actor",
        "src_endpoint",
        "http_request",
        "user",
        "group",
        "subgroup",
        "privileges",
    ],
    required: &["group"],
    any_of: &[],
};

/// 4002 HTTP Activity.
pub static HTTP_ACTIVITY: Class = Class {
    uid: 4002,
    caption: "HTTP Activity",
    category: "Network Activity",
    activities: &[
        (1, "Connect"),
        (2, "Delete"),
        (3, "Get"),
        (4, "Head"),
        (5, "Options"),
        (6, "Post"),
        (7, "Put"),
        (8, "Trace"),
        (9, "Patch"),
    ],
    native: &["src_endpoint", "dst_endpoint", "http_request", "file"],
    required: &[],
    any_of: &["http_request"],
};

/// 4009 Email Activity.
pub static EMAIL_ACTIVITY: Class = Class {
    uid: 4009,
    caption: "Email Activity",
    category: "Network Activity",
    activities: &[
        (1, "Send"),
        (2, "Receive"),
        (3, "Scan"),
        (4, "Trace"),
        (5, "MTA Relay"),
    ],
    native: &[
        "src_endpoint",
        "dst_endpoint",
        "email",
        "direction_id",
        "direction",
        "email_auth",
    ],
    required: &["direction_id", "email"],
    any_of: &[],
};

/// 6001 Web Resources Activity.
pub static WEB_RESOURCES_ACTIVITY: Class = Class {
    uid: 6001,
    caption: "Web Resources Activity",
    category: "Application Activity",
    activities: &[
        (1, "Create"),
        (2, "Read"),
        (3, "Update"),
        (4, "Delete"),
        (5, "Search"),
        (6, "Import"),
        (7, "Export"),
        (8, "Share"),
    ],
    native: &[
        "src_endpoint",
        "dst_endpoint",
        "http_request",
        "web_resources",
        "web_resources_result",
    ],
    required: &["web_resources"],
    any_of: &[],
};

/// 6002 Application Lifecycle.
pub static APPLICATION_LIFECYCLE: Class = Class {
    uid: 6002,
    caption: "Application Lifecycle",
    category: "Application Activity",
    activities: &[
        (1, "Install"),
        (2, "Remove"),
        (3, "Start"),
        (4, "Stop"),
        (5, "Restart"),
        (6, "Enable"),
        (7, "Disable"),
        (8, "Update"),
    ],
    native: &["app"],
    required: &["app"],
    any_of: &[],
};

/// 6003 API Activity.
pub static API_ACTIVITY: Class = Class {
    uid: 6003,
    caption: "API Activity",
    category: "Application Activity",
    activities: &[(1, "Create"), (2, "Read"), (3, "Update"), (4, "Delete")],
    native: &[
        "actor",
        "src_endpoint",
        "dst_endpoint",
        "http_request",
        "resources",
        "api",
    ],
    required: &["actor", "api", "src_endpoint"],
    any_of: &[],
};

/// 6005 Datastore Activity.
pub static DATASTORE_ACTIVITY: Class = Class {
    uid: 6005,
    caption: "Datastore Activity",
    category: "Application Activity",
    activities: &[
        (1, "Read"),
        (2, "Update"),
        (3, "Connect"),
        (4, "Query"),
        (5, "Write"),
        (6, "Create"),
        (7, "Delete"),
        (8, "List"),
        (9, "Encrypt"),
        (10, "Decrypt"),
    ],
    native: &[
        "actor",
        "src_endpoint",
        "dst_endpoint",
        "http_request",
        "database",
        "table",
        "query_info",
    ],
    required: &["actor", "src_endpoint"],
    any_of: &["database", "table"],
};

/// 6006 File Hosting Activity.
pub static FILE_HOSTING: Class = Class {
    uid: 6006,
    caption: "File Hosting Activity",
    category: "Application Activity",
    activities: &[
        (1, "Upload"),
        (2, "Download"),
        (3, "Update"),
        (4, "Delete"),
        (5, "Rename"),
        (6, "Copy"),
        (7, "Move"),
        (8, "Restore"),
        (9, "Preview"),
        (10, "Lock"),
        (11, "Unlock"),
        (12, "Share"),
        (13, "Unshare"),
        (14, "Open"),
        (15, "Sync"),
        (16, "Unsync"),
        (17, "Access Check"),
    ],
    native: &[
        "actor",
        "src_endpoint",
        "dst_endpoint",
        "http_request",
        "file",
        "file_result",
        "share",
        "access_list",
        "expiration_time",
    ],
    required: &["actor", "file", "src_endpoint"],
    any_of: &[],
};

/// The classes, by `class_uid`.
pub static CLASSES: &[&Class] = &[
    &BASE_EVENT,
    &FILE_SYSTEM_ACTIVITY,
    &EVENT_LOG_ACTIVITY,
    &DETECTION_FINDING,
    &DATA_SECURITY_FINDING,
    &ACCOUNT_CHANGE,
    &AUTHENTICATION,
    &ENTITY_MANAGEMENT,
    &USER_ACCESS,
    &GROUP_MANAGEMENT,
    &HTTP_ACTIVITY,
    &EMAIL_ACTIVITY,
    &WEB_RESOURCES_ACTIVITY,
    &APPLICATION_LIFECYCLE,
    &API_ACTIVITY,
    &DATASTORE_ACTIVITY,
    &FILE_HOSTING,
];

/// The class with this `class_uid`.
pub fn by_uid(uid: u16) -> Option<&'static Class> {
    CLASSES.iter().copied().find(|class| class.uid == uid)
}
