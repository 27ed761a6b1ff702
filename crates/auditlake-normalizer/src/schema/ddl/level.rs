//! The directories below a table's, as engines can make partitions of them.

use super::attribute::Plain;

/// One directory level: text and values in the order in which they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level(pub Vec<Piece>);

/// A part of a directory's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The same in all directories.
    Text(String),
    /// A value of the events in it.
    Value(Value),
}

/// What a directory may say of its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// `class_uid`.
    ClassUid,
    /// `class_name`.
    ClassName,
    /// `category_uid`.
    CategoryUid,
    /// `category_name`.
    CategoryName,
    /// `metadata.tenant_uid`.
    TenantUid,
    /// `metadata.log_name`.
    LogName,
    /// `auditlake.connection`.
    Connection,
    /// The UTC day of `time`: 2026-05-04.
    Day,
    /// The same without hyphens.
    CompactDay,
    /// The year of that day.
    Year,
    /// Its month, of two digits.
    Month,
    /// Its day of the month, of two digits.
    DayOfMonth,
}

impl Value {
    /// All, in the order of the documents.
    pub const ALL: [Self; 12] = [
        Self::ClassUid,
        Self::ClassName,
        Self::CategoryUid,
        Self::CategoryName,
        Self::TenantUid,
        Self::LogName,
        Self::Connection,
        Self::Day,
        Self::CompactDay,
        Self::Year,
        Self::Month,
        Self::DayOfMonth,
    ];

    /// Its name, which is that of a column of the files where they have one.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClassUid => "class_uid",
            Self::ClassName => "class_name",
            Self::CategoryUid => "category_uid",
            Self::CategoryName => "category_name",
            Self::TenantUid => "tenant_uid",
            Self::LogName => "log_name",
            Self::Connection => "connection",
            Self::Day => "event_day",
            Self::CompactDay => "event_day_compact",
            Self::Year => "event_year",
            Self::Month => "event_month",
            Self::DayOfMonth => "event_day_of_month",
        }
    }

    pub(super) const fn plain(self) -> Plain {
        match self {
            Self::ClassUid | Self::CategoryUid => Plain::Int,
            Self::Day => Plain::Date,
            _ => Plain::Text,
        }
    }

    pub(super) const fn doc(self) -> &'static str {
        match self {
            Self::ClassUid => "OCSF class.",
            Self::ClassName => "Caption of the class.",
            Self::CategoryUid => "OCSF category.",
            Self::CategoryName => "Caption of the category.",
            Self::TenantUid => "The tenant.",
            Self::LogName => "Content type (feed).",
            Self::Connection => "Name of the connection.",
            Self::Day => "Day of `time`, UTC.",
            Self::CompactDay => "Day of `time`, UTC: 20260504.",
            Self::Year => "Year of `time`, UTC.",
            Self::Month => "Month of `time`, UTC: 05.",
            Self::DayOfMonth => "Day of the month of `time`, UTC: 04.",
        }
    }
}

/// A `key=value` directory: a column of the table that is in the path.
#[derive(Debug, Clone)]
pub(super) struct Key {
    /// As the directory has it.
    pub(super) name: String,
    pub(super) plain: Plain,
    pub(super) doc: String,
    pub(super) of: KeyValue,
}

/// What stands after the equals sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum KeyValue {
    One(Value),
    Always(String),
    /// Text and values.
    Mixed,
}

impl Level {
    /// The level as a key with a value, if it is one.
    pub(super) fn key(&self) -> Option<Key> {
        let [Piece::Text(first), rest @ ..] = self.0.as_slice() else {
            return None;
        };
        let (name, before) = first.split_once('=')?;
        let of = match rest {
            [] => KeyValue::Always(before.to_owned()),
            [Piece::Value(value)] if before.is_empty() => KeyValue::One(*value),
            _ => KeyValue::Mixed,
        };
        let (plain, doc) = match &of {
            KeyValue::One(value) => (value.plain(), value.doc()),
            _ => (Plain::Text, "Of the path."),
        };
        Some(Key {
            name: name.to_owned(),
            plain,
            doc: doc.to_owned(),
            of,
        })
    }

    /// The level's name where it is the same everywhere and no key.
    pub(super) fn constant(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece::Text(text)] if !text.contains('=') => Some(text),
            _ => None,
        }
    }

    /// The level's name with each value as `show` has it.
    pub(super) fn shown(&self, show: impl Fn(Value) -> String) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value(value) => show(*value),
        };
        self.0.iter().map(piece).collect()
    }

    /// The values in it.
    pub(super) fn values(&self) -> impl Iterator<Item = Value> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Value(value) => Some(*value),
            Piece::Text(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    #[test]
    fn a_key_knows_what_its_value_is() {
        let of = |pieces| Level(pieces).key().map(|key| (key.name, key.plain, key.of));
        let day = || Piece::Value(Value::Day);
        let expected = ("dt".to_owned(), Plain::Date, KeyValue::One(Value::Day));
        assert_eq!(of(vec![text("dt="), day()]), Some(expected));
        let expected = ("dt".to_owned(), Plain::Text, KeyValue::Mixed);
        assert_eq!(of(vec![text("dt=d"), day()]), Some(expected));
        let expected = ("a".to_owned(), Plain::Text, KeyValue::Always("b".into()));
        assert_eq!(of(vec![text("a=b")]), Some(expected));
        assert_eq!(of(vec![day()]), None);
        assert_eq!(of(vec![text("v1")]), None);
    }
}
