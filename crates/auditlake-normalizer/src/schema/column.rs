//! How a column is declared.

/// What a column holds, in OCSF's and Arrow's terms.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Any of OCSF's string types: UTF-8 text.
    Text,
    /// `json_t` and `object`: JSON as UTF-8 text.
    Json,
    /// `integer_t`: 32 bits.
    Int,
    /// `long_t` and `timestamp_t` (milliseconds since 1970, UTC): 64 bits.
    Long,
    /// `boolean_t`.
    Bool,
    /// `datetime_t`: microseconds since 1970, UTC.
    DateTime,
    /// A list of text.
    TextList,
    /// A list of integers.
    IntList,
    /// An object: a struct.
    Object(Object),
    /// A list of objects.
    List(Object),
}

/// The members of an object, and which of them OCSF demands.
#[derive(Debug, Clone, Copy)]
pub struct Object {
    /// The attributes that this table keeps.
    pub columns: &'static [Column],
    /// Attributes without which the object is not valid.
    pub all_of: &'static [&'static str],
    /// Attributes of which at least one must be there; empty for no such constraint.
    pub any_of: &'static [&'static str],
}

/// OCSF profiles that attributes of the table may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// `ai_operation`: what an AI model was asked for.
    AiOperation,
    /// `cloud`: the cloud environment.
    Cloud,
    /// `data_classification`: labels on data.
    DataClassification,
    /// `datetime`: `*_dt` twins of the timestamps.
    DateTime,
    /// `host`: actor and device where the class has none by itself.
    Host,
    /// `security_control`: what a control did (action, disposition, alert).
    SecurityControl,
}

impl Profile {
    /// The name that `metadata.profiles` carries.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AiOperation => "ai_operation",
            Self::Cloud => "cloud",
            Self::DataClassification => "data_classification",
            Self::DateTime => "datetime",
            Self::Host => "host",
            Self::SecurityControl => "security_control",
        }
    }

    /// All, in the order of their names.
    pub const ALL: [Self; 6] = [
        Self::AiOperation,
        Self::Cloud,
        Self::DataClassification,
        Self::DateTime,
        Self::Host,
        Self::SecurityControl,
    ];
}

/// One column (an OCSF attribute).
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// OCSF attribute name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What it means here, and which member of the record it comes from.
    pub doc: &'static str,
    /// Profile without which the attribute is not allowed, where that does not depend on the class.
    pub profile: Option<Profile>,
    /// OCSF observable type of the value.
    pub observable: Option<u8>,
}

impl Column {
    const fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self {
            name,
            kind,
            doc,
            profile: None,
            observable: None,
        }
    }

    /// Text.
    pub const fn text(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::Text, doc)
    }

    /// JSON as text.
    pub const fn json(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::Json, doc)
    }

    /// A 32-bit integer.
    pub const fn int(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::Int, doc)
    }

    /// A 64-bit integer.
    pub const fn long(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::Long, doc)
    }

    /// A boolean.
    pub const fn bool(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::Bool, doc)
    }

    /// A timestamp in microseconds UTC, of the `datetime` profile.
    pub const fn datetime(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::DateTime, doc).of_profile(Profile::DateTime)
    }

    /// A list of text.
    pub const fn texts(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::TextList, doc)
    }

    /// A list of integers.
    pub const fn ints(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::IntList, doc)
    }

    /// An object.
    pub const fn object(name: &'static str, object: Object, doc: &'static str) -> Self {
        Self::new(name, Kind::Object(object), doc)
    }

    /// A list of objects.
    pub const fn objects(name: &'static str, object: Object, doc: &'static str) -> Self {
        Self::new(name, Kind::List(object), doc)
    }

    /// The same column, allowed only with `profile`.
    #[must_use]
    pub const fn of_profile(mut self, profile: Profile) -> Self {
        self.profile = Some(profile);
        self
    }

    /// The same column, whose value is also an observable of type `type_id`.
    #[must_use]
    pub const fn observable(mut self, type_id: u8) -> Self {
        self.observable = Some(type_id);
        self
    }
}

impl Object {
    /// An object of which nothing is demanded.
    pub const fn of(columns: &'static [Column]) -> Self {
        Self {
            columns,
            all_of: &[],
            any_of: &[],
        }
    }

    /// The same object, invalid without every one of `names`.
    #[must_use]
    pub const fn all_of(mut self, names: &'static [&'static str]) -> Self {
        self.all_of = names;
        self
    }

    /// The same object, invalid without at least one of `names`.
    #[must_use]
    pub const fn any_of(mut self, names: &'static [&'static str]) -> Self {
        self.any_of = names;
        self
    }
}
