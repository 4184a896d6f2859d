"""The endpoints that list records."""
