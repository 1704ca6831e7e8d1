/** The one small helper for SQL, and requests that are carried out once. */
@NullMarked
package dev.runyard.service.db;

import org.jspecify.annotations.NullMarked;
