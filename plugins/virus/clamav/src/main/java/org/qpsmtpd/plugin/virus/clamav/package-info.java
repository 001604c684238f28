/** The plugin virus/clamav. */
@NullMarked
package org.qpsmtpd.plugin.virus.clamav;

import org.jspecify.annotations.NullMarked;
