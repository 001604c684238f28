/** The plugin archive. */
@NullMarked
package org.qpsmtpd.plugin.archive;

import org.jspecify.annotations.NullMarked;
