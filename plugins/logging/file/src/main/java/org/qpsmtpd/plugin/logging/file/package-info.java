/** The plugin logging/file. */
@NullMarked
package org.qpsmtpd.plugin.logging.file;

import org.jspecify.annotations.NullMarked;
