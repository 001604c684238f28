/** The plugin virus/uvscan. */
@NullMarked
package org.qpsmtpd.plugin.virus.uvscan;

import org.jspecify.annotations.NullMarked;
