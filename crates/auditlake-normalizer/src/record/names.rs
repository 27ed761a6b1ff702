//! Where a record has the member of a name.

/// Where the member of a name is, if anywhere: most names that are asked for are not there, and need no search.
#[derive(Debug)]
pub(super) struct Names([u8; Self::BUCKETS]);

/// What a bucket says.
pub(super) enum Place {
    Nowhere,
    /// At this index, if its name is the one.
    At(usize),
    /// Somewhere: several names share the bucket.
    Somewhere,
}

impl Names {
    const BUCKETS: usize = 128;
    /// Buckets hold an index from 1; this one says that it is not known.
    const SHARED: u8 = u8::MAX;

    pub(super) fn add(&mut self, name: &str, index: usize) {
        let bucket = &mut self.0[Self::bucket(name)];
        *bucket = match (*bucket, u8::try_from(index + 1)) {
            (0, Ok(place)) => place,
            _ => Self::SHARED,
        };
    }

    pub(super) fn place(&self, name: &str) -> Place {
        match self.0[Self::bucket(name)] {
            0 => Place::Nowhere,
            Self::SHARED => Place::Somewhere,
            place => Place::At(usize::from(place) - 1),
        }
    }

    /// By length, first and last letter, whatever their case.
    fn bucket(name: &str) -> usize {
        let lower = |byte: Option<&u8>| byte.map_or(0, |byte| usize::from(byte | 0x20));
        let bytes = name.as_bytes();
        let mixed = bytes.len() * 11 + lower(bytes.first()) * 5 + lower(bytes.last());
        mixed % Self::BUCKETS
    }
}

impl Default for Names {
    fn default() -> Self {
        Self([0; Self::BUCKETS])
    }
}
