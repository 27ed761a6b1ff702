//! Settings of a resource as pairs of name and value, which a query finds without taking JSON apart.

use std::borrow::Cow;

use crate::event::Event;
use crate::schema::path::{Leaf, ListId, at, list};

/// The pairs of one kind of resource.
pub(crate) struct Tags {
    list: ListId,
    name: Leaf,
    value: Leaf,
}

/// Of the newest element of `resources`.
pub(crate) const OF_RESOURCE: Tags = Tags {
    list: list!("resources.tags"),
    name: at!("resources.tags.name"),
    value: at!("resources.tags.value"),
};

/// Of `file`.
pub(crate) const OF_FILE: Tags = Tags {
    list: list!("file.tags"),
    name: at!("file.tags.name"),
    value: at!("file.tags.value"),
};

/// Of the newest element of `web_resources`.
pub(crate) const OF_WEB_RESOURCE: Tags = Tags {
    list: list!("web_resources.tags"),
    name: at!("web_resources.tags.name"),
    value: at!("web_resources.tags.value"),
};

/// Of the newest element of `web_resources_result`.
pub(crate) const OF_WEB_RESULT: Tags = Tags {
    list: list!("web_resources_result.tags"),
    name: at!("web_resources_result.tags.name"),
    value: at!("web_resources_result.tags.value"),
};

/// Adds a pair; none where there is no value. Of a resource, within the making of its element.
pub(crate) fn add<'a>(
    event: &mut Event<'_, 'a>,
    tags: &Tags,
    name: impl Into<Cow<'a, str>>,
    value: Option<impl Into<Cow<'a, str>>>,
) -> bool {
    let Some(value) = value else { return false };
    let name = name.into();
    event.element(tags.list, |event| {
        event.set(tags.name, name);
        event.set(tags.value, value.into());
    })
}
