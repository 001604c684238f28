/** The plugin rhsbl. */
@NullMarked
package org.qpsmtpd.plugin.rhsbl;

import org.jspecify.annotations.NullMarked;
