/** Looks for mistakes in a configuration directory before, and beside, what a start would say. */
@NullMarked
package org.qpsmtpd.core.check;

import org.jspecify.annotations.NullMarked;
