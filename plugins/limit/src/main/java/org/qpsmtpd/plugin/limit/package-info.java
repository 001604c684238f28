/** The plugin limit. */
@NullMarked
package org.qpsmtpd.plugin.limit;

import org.jspecify.annotations.NullMarked;
