/// How other shops sold what they did not have, charged twice, or lost an order, and what happens to the same
/// customer here. Every test tells one story from end to end, and `docs/stories.md` lists them.
package dev.holdfast.stories;
