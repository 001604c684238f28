/** The plugin virus/hbedv. */
@NullMarked
package org.qpsmtpd.plugin.virus.hbedv;

import org.jspecify.annotations.NullMarked;
