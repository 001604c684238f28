/**
 * Fakes for the unit tests of plugins, in this project and outside. A fake answers what the test
 * told it and throws {@link java.lang.IllegalStateException} for a question it was not told about,
 * so that no test passes by accident. Nothing here is safe for use by several threads unless it
 * says so.
 */
@NullMarked
package org.qpsmtpd.testkit;

import org.jspecify.annotations.NullMarked;
