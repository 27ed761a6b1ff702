//! One member of a record: its value is taken apart once, when somebody asks.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

use super::Record;
use super::names::is_same;
use super::read::{Node, siblings};
use super::value::{elements, scalar};

/// One member of the record.
#[derive(Debug)]
pub(crate) struct Member<'a> {
    pub(crate) key: Cow<'a, str>,
    /// The value's JSON text.
    pub(crate) value: &'a str,
    /// What is within the value, if that was read.
    within: Option<&'a [Node<'a>]>,
    /// Whether a column took it.
    pub(super) taken: Cell<bool>,
    /// The text of the value, if it is a scalar.
    pub(super) text: OnceCell<Option<Cow<'a, str>>>,
    /// What the value holds, once somebody has asked.
    inner: OnceCell<Box<Inner<'a>>>,
}

/// The objects of a value.
#[derive(Debug, Default)]
struct Inner<'a> {
    /// The object that the value is.
    object: OnceCell<Option<Record<'a>>>,
    /// The objects that the value holds.
    objects: OnceCell<Vec<Record<'a>>>,
    /// The pairs of name and value among them.
    pairs: OnceCell<Vec<Pair<'a>>>,
}

/// What an object `{"Name": …, "Value": …}` says.
#[derive(Debug)]
pub(crate) struct Pair<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) value: Option<Cow<'a, str>>,
}

impl<'a> Member<'a> {
    pub(super) fn new(key: Cow<'a, str>, value: &'a str) -> Self {
        Self {
            key,
            value,
            within: None,
            taken: Cell::new(false),
            text: OnceCell::new(),
            inner: OnceCell::new(),
        }
    }

    pub(super) fn of_node(node: &'a Node<'a>, within: &'a [Node<'a>]) -> Self {
        Self {
            within: Some(within),
            text: OnceCell::from(node.text.as_deref().map(Cow::Borrowed)),
            ..Self::new(Cow::Borrowed(node.key), node.value)
        }
    }

    fn inner(&self) -> &Inner<'a> {
        self.inner.get_or_init(Box::default)
    }

    /// The objects that the value holds, or the one that it is.
    pub(super) fn objects(&self) -> &[Record<'a>] {
        let read = || match self.within {
            Some(within) => self.objects_within(within),
            None => objects(self.value),
        };
        self.inner().objects.get_or_init(read)
    }

    fn objects_within(&self, within: &'a [Node<'a>]) -> Vec<Record<'a>> {
        let mut objects = Vec::with_capacity(self.nodes_of_objects(within).count());
        objects.extend(self.nodes_of_objects(within).map(Record::of_nodes));
        objects
    }

    /// What is within each object among the elements of the array, or within the object, that the value is.
    fn nodes_of_objects(
        &self,
        within: &'a [Node<'a>],
    ) -> impl Iterator<Item = &'a [Node<'a>]> + use<'a> {
        let is_one = self.value.starts_with('{');
        let elements = siblings(if is_one { &[] } else { within });
        let objects = elements.filter(|(node, _)| node.value.starts_with('{'));
        is_one
            .then_some(within)
            .into_iter()
            .chain(objects.map(|(_, within)| within))
    }

    /// The elements of the array that the value is; none when it is not one.
    pub(super) fn elements(&self) -> Vec<&'a str> {
        let is_array = self.value.starts_with('[');
        match self.within.filter(|_| is_array) {
            Some(within) => siblings(within).map(|(node, _)| node.value).collect(),
            None => elements(self.value),
        }
    }

    /// The object that the value is.
    pub(super) fn object(&self) -> Option<Record<'a>> {
        let is_object = self.value.starts_with('{');
        let read = || match self.within {
            Some(within) => is_object.then(|| Record::of_nodes(within)),
            None => is_object.then(|| Record::parse(self.value).ok()).flatten(),
        };
        self.inner().object.get_or_init(read).clone()
    }

    /// The pairs of name and value among the objects.
    pub(super) fn pairs(&self) -> &[Pair<'a>] {
        let read = || match self.within {
            Some(within) => self
                .nodes_of_objects(within)
                .filter_map(Pair::of_nodes)
                .collect(),
            None => self.objects().iter().filter_map(Pair::of).collect(),
        };
        self.inner().pairs.get_or_init(read)
    }

    /// The text of the value, if it is a scalar.
    pub(crate) fn text(&self) -> Option<Cow<'a, str>> {
        self.text.get_or_init(|| scalar(self.value)).clone()
    }

    /// Says that a column took it whole.
    pub(crate) fn take(&self) {
        self.taken.set(true);
    }

    /// Takes back what [`Self::take`] said, of it and of all members within it.
    pub(super) fn give_back(&self) {
        self.taken.set(false);
        let Some(inner) = self.inner.get() else {
            return;
        };
        let object = inner.object.get().into_iter().flatten();
        let objects = inner.objects.get().into_iter().flatten();
        object.chain(objects).for_each(Record::give_back_all);
    }
}

impl<'a> Pair<'a> {
    fn of(object: &Record<'a>) -> Option<Self> {
        Some(Self {
            name: object.text("Name")?,
            value: object.text("Value"),
        })
    }

    fn of_nodes(members: &'a [Node<'a>]) -> Option<Self> {
        let text = |name| {
            let mut nodes = siblings(members).map(|(node, _)| node);
            let node = nodes.find(|node| is_same(node.key, name))?;
            node.text.as_deref().map(Cow::Borrowed)
        };
        Some(Self {
            name: text("Name")?,
            value: text("Value"),
        })
    }
}

/// The objects among the elements of an array, or the one that the text is.
fn objects(text: &str) -> Vec<Record<'_>> {
    let elements = match text.as_bytes().first() {
        Some(b'{') => vec![text],
        _ => elements(text),
    };
    let objects = elements.into_iter().filter(|text| text.starts_with('{'));
    objects
        .filter_map(|text| Record::parse(text).ok())
        .collect()
}
