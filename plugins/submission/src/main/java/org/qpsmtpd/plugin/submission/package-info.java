/** The plugin submission. */
@NullMarked
package org.qpsmtpd.plugin.submission;

import org.jspecify.annotations.NullMarked;
