/** The plugin content_log. */
@NullMarked
package org.qpsmtpd.plugin.contentlog;

import org.jspecify.annotations.NullMarked;
