/** The plugin virus/bitdefender. */
@NullMarked
package org.qpsmtpd.plugin.virus.bitdefender;

import org.jspecify.annotations.NullMarked;
