/** The plugin headers. */
@NullMarked
package org.qpsmtpd.plugin.headers;

import org.jspecify.annotations.NullMarked;
